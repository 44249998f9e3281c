package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.SourceTable;
import java.util.Optional;

/**
 * A column of pgvector's types that is not Vectorkeeper's.
 *
 * @param table its table
 * @param name its name
 * @param type pgvector's type, without the dimensions
 * @param dimensions how many components its vectors have, if all have the same
 * @param plain whether its type says so itself and its values are not generated
 * @param vectors how many there are
 * @param index the vector index on it, if there is one
 */
record VectorColumn(
    SourceTable table,
    String name,
    String type,
    Optional<Integer> dimensions,
    boolean plain,
    long vectors,
    Optional<Index> index) {

  /**
   * A vector index.
   *
   * @param name its name
   * @param definition what it is, as a file declares it
   */
  record Index(String name, IndexDefinition definition) {}

  String quoted() {
    return SqlName.quote(name);
  }

  /** What stands before {@code embedding} in the column's name, if that is more than that word. */
  Optional<String> stem() {
    String stem = name.replaceFirst("(?i)_?(embeddings?|vectors?|vec|emb)$", "");
    return stem.isEmpty() || stem.equals(name) ? Optional.empty() : Optional.of(stem);
  }

  @Override
  public String toString() {
    return table.name() + "." + name;
  }
}
