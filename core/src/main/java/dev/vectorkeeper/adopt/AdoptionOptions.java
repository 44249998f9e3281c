package dev.vectorkeeper.adopt;

import dev.vectorkeeper.postgres.SqlName;
import java.util.List;
import java.util.Optional;

/**
 * What is asked of an adoption.
 *
 * @param from the table that holds the vectors; the source's own column where nothing is given
 * @param keys the key's columns in that table; those of the collection's where empty
 * @param vector the column of the vectors in it
 * @param changedAt a column of the source that says when a row's text changed last
 * @param embeddedAt a column, of {@code from} or of the source, that says when its vector was made
 * @param sample how many rows are embedded again and compared
 * @param cosine how similar the two vectors must be
 * @param share the share of the sample that must be so similar, from 0 to 1
 * @param seed decides which rows are the sample
 */
public record AdoptionOptions(
    Optional<SqlName> from,
    List<String> keys,
    String vector,
    Optional<String> changedAt,
    Optional<String> embeddedAt,
    int sample,
    double cosine,
    double share,
    long seed) {

  /** The source's own column; 200 rows of which 99 in 100 must have a cosine of 0.99. */
  public static final AdoptionOptions DEFAULT =
      new AdoptionOptions(
          Optional.empty(),
          List.of(),
          "embedding",
          Optional.empty(),
          Optional.empty(),
          200,
          0.99,
          0.99,
          1);

  public AdoptionOptions {
    keys = List.copyOf(keys);
  }

  /** The same from a table. */
  public AdoptionOptions withFrom(SqlName table) {
    return new AdoptionOptions(
        Optional.of(table), keys, vector, changedAt, embeddedAt, sample, cosine, share, seed);
  }

  /** The same where rows that changed after their vector was made are told by two columns. */
  public AdoptionOptions withTimes(String changed, String embedded) {
    return new AdoptionOptions(
        from,
        keys,
        vector,
        Optional.of(changed),
        Optional.of(embedded),
        sample,
        cosine,
        share,
        seed);
  }
}
