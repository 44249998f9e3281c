package dev.vectorkeeper.source;

import java.util.Map;

/**
 * A collection's vector index.
 *
 * @param type the access method
 * @param distance what near means
 * @param precision what of a vector the index holds
 * @param parameters the access method's own parameters by their PostgreSQL names, such as {@code m}
 */
public record IndexDefinition(
    Type type, Distance distance, Precision precision, Map<String, Integer> parameters) {

  public IndexDefinition {
    precision = precision == null ? Precision.AUTO : precision;
    parameters = Map.copyOf(parameters);
  }

  /** HNSW over cosine distance with pgvector's own parameters. */
  public static final IndexDefinition DEFAULT =
      new IndexDefinition(Type.HNSW, Distance.COSINE, Precision.AUTO, Map.of());

  /** What of a vector the index holds; searches rank again by the vectors themselves. */
  public enum Precision {
    /** As much as pgvector can index of so many dimensions. */
    AUTO,
    /** The vector. */
    FULL,
    /** Its components in half precision. */
    HALF,
    /** The signs of its components. */
    BINARY
  }

  /** The access method. */
  public enum Type {
    HNSW,
    IVFFLAT,
    NONE
  }

  /** What near means, with pgvector's operator and operator class. */
  public enum Distance {
    COSINE("<=>", "vector_cosine_ops"),
    L2("<->", "vector_l2_ops"),
    INNER_PRODUCT("<#>", "vector_ip_ops");

    private final String operator;
    private final String operatorClass;

    Distance(String operator, String operatorClass) {
      this.operator = operator;
      this.operatorClass = operatorClass;
    }

    /** The operator that orders by this distance. */
    public String operator() {
      return operator;
    }

    /** The operator class that an index needs. */
    public String operatorClass() {
      return operatorClass;
    }
  }
}
