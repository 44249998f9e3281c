package dev.vectorkeeper.queue;

import dev.vectorkeeper.catalog.Collection;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What failed, for people: dead letters, and rows that will be tried again. */
public final class DeadLetters {
  /**
   * A row that failed.
   *
   * @param source the source's name
   * @param profile the profile's name
   * @param key the row's key in its text form
   * @param attempts how often it was tried
   * @param code the stable code of the last failure
   * @param message the last failure
   * @param dead whether it is tried no more
   * @param at when it died, or when it is tried again
   */
  public record Failure(
      String source,
      String profile,
      String key,
      int attempts,
      String code,
      String message,
      boolean dead,
      Instant at) {}

  private static final String LIST =
      """
      select s.name as source, p.name as profile, f.*
      from (
        select collection_id, key, attempts, error_code, error_message, true as dead, died_at as at
        from vectorkeeper.dead_letter
        union all
        select collection_id, key, attempts, error_code, error_message, false, due_at
        from vectorkeeper.retry) f
      join vectorkeeper.collection c using (collection_id)
      join vectorkeeper.source s using (source_id)
      join vectorkeeper.profile p using (profile_id)
      where s.name = coalesce(:source, s.name)
      order by f.dead desc, f.at desc, s.name, p.name, f.key limit :most
      """;

  private static final String FAILED_BY =
      "select key from vectorkeeper.dead_letter where collection_id = :collection and error_code = :code";

  private final Jdbi jdbi;

  public DeadLetters(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /**
   * The failures, dead letters first, the newest first.
   *
   * @param source of one source, or of all when null
   */
  public List<Failure> list(@Nullable String source, int most) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(LIST)
                .bind("source", source)
                .bind("most", most)
                .map(
                    (row, context) ->
                        new Failure(
                            row.getString("source"),
                            row.getString("profile"),
                            row.getString("key"),
                            row.getInt("attempts"),
                            row.getString("error_code"),
                            row.getString("error_message"),
                            row.getBoolean("dead"),
                            row.getTimestamp("at").toInstant()))
                .list());
  }

  /** Puts the dead letters of a collection that failed for one reason back; returns how many. */
  public int reviveFailedBy(Collection collection, String code) {
    return jdbi.inTransaction(
        handle -> {
          List<String> keys =
              handle
                  .createQuery(FAILED_BY)
                  .bind("collection", collection.id())
                  .bind("code", code)
                  .mapTo(String.class)
                  .list();
          return keys.isEmpty() ? 0 : new Failures(collection.id()).revive(handle, keys);
        });
  }

  /**
   * Puts dead letters back into the queue.
   *
   * @param keys which, or none for all of the collection
   * @return how many
   */
  public int revive(Collection collection, List<String> keys) {
    return jdbi.inTransaction(handle -> new Failures(collection.id()).revive(handle, keys));
  }
}
