package dev.vectorkeeper.source;

import java.util.Map;

/**
 * A collection's vector index.
 *
 * @param type the access method
 * @param distance what near means
 * @param parameters the access method's own parameters by their PostgreSQL names, such as {@code m}
 */
public record IndexDefinition(Type type, Distance distance, Map<String, Integer> parameters) {

  public IndexDefinition {
    parameters = Map.copyOf(parameters);
  }

  /** HNSW over cosine distance with pgvector's own parameters. */
  public static final IndexDefinition DEFAULT =
      new IndexDefinition(Type.HNSW, Distance.COSINE, Map.of());

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
