package dev.vectorkeeper.store;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.IndexDefinition.Distance;
import dev.vectorkeeper.source.IndexDefinition.Precision;
import dev.vectorkeeper.source.IndexDefinition.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a collection's vectors are indexed and searched: in full precision up to 2,000 dimensions, by
 * half-precision copies up to 4,000, by their signs up to 64,000, which are pgvector's limits. What
 * is found by less than full precision is ranked again by the vectors themselves.
 *
 * @param precision what the index holds
 * @param expression what is indexed, over the collection's table as {@code c}
 * @param query the query vector {@code $1} in the same form
 * @param operator the operator between the two, qualified
 * @param operatorClass the index's operator class, qualified
 * @param overfetch how many times as many as are wanted are fetched to be ranked again
 */
record IndexPlan(
    Precision precision,
    String expression,
    String query,
    String operator,
    String operatorClass,
    int overfetch) {

  private static final int FULL = 2_000;
  private static final int HALF = 4_000;
  private static final int BINARY = 64_000;

  /** A rule of pgvector's manual: a list for each thousand rows. */
  static final int ROWS_A_LIST = 1_000;

  private static final int MANY_ROWS = 1_000_000;

  static IndexPlan of(IndexDefinition index, int dimensions, Server server) {
    String vectors = SqlName.quote(server.vectorSchema().orElseThrow());
    Distance distance = index.distance();
    Precision precision = precision(index, dimensions);
    return switch (precision) {
      case BINARY -> {
        String cast = ")::pg_catalog.bit(" + dimensions + ")";
        yield new IndexPlan(
            precision,
            "(" + vectors + ".binary_quantize(c.embedding" + cast + ")",
            vectors + ".binary_quantize($1" + cast,
            "operator(" + vectors + ".<~>)",
            vectors + ".bit_hamming_ops",
            20);
      }
      case HALF -> {
        // Through the type that the views show, so that a plain query over them uses it, too.
        String half = "::" + vectors + ".halfvec(" + dimensions + ")";
        yield new IndexPlan(
            precision,
            "((c.embedding::" + vectors + ".vector)" + half + ")",
            "$1" + half,
            operator(vectors, distance),
            vectors + "." + distance.operatorClass().replace("vector_", "halfvec_"),
            2);
      }
      default ->
          new IndexPlan(
              precision,
              "c.embedding",
              "$1",
              operator(vectors, distance),
              vectors + "." + distance.operatorClass(),
              1);
    };
  }

  private static String operator(String vectors, Distance distance) {
    return "operator(" + vectors + "." + distance.operator() + ")";
  }

  /** What the index holds. */
  private static Precision precision(IndexDefinition index, int dimensions) {
    if (index.type() == Type.NONE) {
      return Precision.FULL;
    }
    if (index.precision() != Precision.AUTO) {
      return index.precision();
    }
    return dimensions <= FULL
        ? Precision.FULL
        : dimensions <= HALF ? Precision.HALF : Precision.BINARY;
  }

  /**
   * Fails with VK-S13 where the declared index cannot hold so many dimensions; else a sentence
   * where it holds less than the vectors themselves.
   */
  static Optional<String> check(String collection, IndexDefinition index, int dimensions) {
    Precision precision = precision(index, dimensions);
    int most =
        switch (precision) {
          case BINARY -> BINARY;
          case HALF -> HALF;
          default -> FULL;
        };
    if (index.type() == Type.NONE) {
      return Optional.empty();
    }
    if (dimensions > most) {
      throw new VectorkeeperException(
          "VK-S13",
          "An index of %s precision takes up to %,d dimensions and %s has %,d. Leave precision out, or choose %s."
              .formatted(
                  precision.name().toLowerCase(java.util.Locale.ROOT),
                  most,
                  collection,
                  dimensions,
                  dimensions <= HALF ? "half" : "binary"));
    }
    if (precision == Precision.BINARY
        && (index.type() == Type.IVFFLAT || index.distance() != Distance.COSINE)) {
      throw new VectorkeeperException(
          "VK-S13",
          "An index of binary precision, which the %,d dimensions of %s need, is possible for type hnsw and distance cosine only."
              .formatted(dimensions, collection));
    }
    return switch (precision) {
      case HALF ->
          Optional.of(
              "The index of %s holds its %,d dimensions in half precision; what it finds is ranked again in full precision."
                  .formatted(collection, dimensions));
      case BINARY ->
          Optional.of(
              "The index of %s holds the signs of its %,d dimensions; what it finds is ranked again in full precision."
                  .formatted(collection, dimensions));
      default -> Optional.empty();
    };
  }

  /** The index's parameters for a table of so many rows. */
  static Map<String, Integer> parameters(IndexDefinition index, long rows) {
    Map<String, Integer> parameters = new LinkedHashMap<>(index.parameters());
    if (index.type() == Type.IVFFLAT) {
      parameters.putIfAbsent("lists", lists(rows));
    }
    return parameters;
  }

  private static int lists(long rows) {
    double lists = rows <= MANY_ROWS ? (double) rows / ROWS_A_LIST : Math.sqrt(rows);
    return (int) Math.max(1, Math.min(32_768, Math.round(lists)));
  }

  /** A sentence where an IVFFlat index has too few rows for its lists to mean anything. */
  static Optional<String> tooFewRows(String collection, IndexDefinition index, long rows) {
    Integer lists = index.parameters().get("lists");
    return index.type() != Type.IVFFLAT || lists == null || rows >= (long) lists * ROWS_A_LIST / 10
        ? Optional.empty()
        : Optional.of(
            "%d lists are many for the %,d rows of %s: an IVFFlat index finds little in lists that are nearly empty. Leave lists out, or build it anew when there are %,d rows."
                .formatted(lists, rows, collection, (long) lists * ROWS_A_LIST));
  }
}
