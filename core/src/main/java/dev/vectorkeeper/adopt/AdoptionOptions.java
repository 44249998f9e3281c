package dev.vectorkeeper.adopt;

import dev.vectorkeeper.postgres.SqlName;
import java.util.List;
import java.util.Optional;

/**
 * What is asked of an adoption.
 *
 * @param from the table that holds the vectors; the source's own column, or the collection's own
 *     table where that was taken over, where nothing is given
 * @param keys the key's columns in that table; those of the collection's where empty
 * @param vector the column of the vectors in it
 * @param changedAt a column of the source that says when a row's text changed last
 * @param embeddedAt a column, of {@code from} or of the source, that says when its vector was made
 * @param sample how many rows are embedded again and compared
 * @param cosine how similar the two vectors must be
 * @param share the share of the sample that must be so similar, from 0 to 1
 * @param seed decides which rows are the sample
 * @param conditions which vectors are meant, and which of them are stale
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
    long seed,
    Conditions conditions) {

  /**
   * Conditions in SQL, from whoever gives the command.
   *
   * @param where over the columns of the table that holds the vectors: only those rows
   * @param stale over the source's columns: what passes is embedded anew
   * @param others whether vectors in the source's own column, of rows that want none, are taken
   *     over, too, so that workers remove them
   */
  public record Conditions(Optional<String> where, Optional<String> stale, boolean others) {
    /** All vectors, none of them known to be stale; those of rows that want none are left alone. */
    public static final Conditions NONE = new Conditions(Optional.empty(), Optional.empty(), false);
  }

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

  /** All vectors of that table. */
  public AdoptionOptions(
      Optional<SqlName> from,
      List<String> keys,
      String vector,
      Optional<String> changedAt,
      Optional<String> embeddedAt,
      int sample,
      double cosine,
      double share,
      long seed) {
    this(from, keys, vector, changedAt, embeddedAt, sample, cosine, share, seed, Conditions.NONE);
  }

  /** The same from a table. */
  public AdoptionOptions withFrom(SqlName table) {
    return new AdoptionOptions(
        Optional.of(table),
        keys,
        vector,
        changedAt,
        embeddedAt,
        sample,
        cosine,
        share,
        seed,
        conditions);
  }

  /** The same from a table whose key and vectors have names of their own. */
  public AdoptionOptions withFrom(SqlName table, List<String> keyNames, String vectors) {
    return new AdoptionOptions(
        Optional.of(table),
        keyNames,
        vectors,
        changedAt,
        embeddedAt,
        sample,
        cosine,
        share,
        seed,
        conditions);
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
        seed,
        conditions);
  }

  /** The same of some vectors. */
  public AdoptionOptions with(Conditions which) {
    return new AdoptionOptions(
        from, keys, vector, changedAt, embeddedAt, sample, cosine, share, seed, which);
  }
}
