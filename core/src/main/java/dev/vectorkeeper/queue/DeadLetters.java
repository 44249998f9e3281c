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

  /**
   * Rows of a collection that failed for one reason.
   *
   * @param source the source's name
   * @param profile the profile's name
   * @param code the stable code of their last failure
   * @param dead whether they are tried no more
   * @param rows how many
   * @param message the latest one's failure
   * @param oldest when the first died, or is tried again
   * @param newest when the last did
   */
  public record Group(
      String source,
      String profile,
      String code,
      boolean dead,
      long rows,
      String message,
      Instant oldest,
      Instant newest) {}

  /**
   * Which failures are asked for; all where nothing is given.
   *
   * @param source the source's name
   * @param profile the profile's name
   * @param code the stable code of the last failure
   */
  public record Filter(@Nullable String source, @Nullable String profile, @Nullable String code) {}

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
      where s.name = coalesce(:source, s.name) and p.name = coalesce(:profile, p.name)
        and f.error_code = coalesce(:code, f.error_code)
      order by f.dead desc, f.at desc, s.name, p.name, f.key limit :most
      """;

  private static final String GROUPS =
      """
      select s.name as source, p.name as profile, f.error_code, f.dead, count(*) as rows,
             (array_agg(f.error_message order by f.at desc))[1] as message, min(f.at) as oldest, max(f.at) as newest
      from (
        select collection_id, error_code, error_message, true as dead, died_at as at from vectorkeeper.dead_letter
        union all
        select collection_id, error_code, error_message, false, due_at from vectorkeeper.retry where due_at < 'infinity') f
      join vectorkeeper.collection c using (collection_id)
      join vectorkeeper.source s using (source_id)
      join vectorkeeper.profile p using (profile_id)
      group by 1, 2, 3, 4 order by f.dead desc, rows desc, 1, 2, 3
      """;

  private static final String FAILED_BY =
      "select key from vectorkeeper.dead_letter where collection_id = :collection and error_code = :code";

  private final Jdbi jdbi;

  public DeadLetters(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** The failures of one source, or of all when null, as {@link #find(Filter, int)} has them. */
  public List<Failure> list(@Nullable String source, int most) {
    return find(new Filter(source, null, null), most);
  }

  /** How many rows failed for which reason, dead letters first, the most first. */
  public List<Group> groups() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(GROUPS)
                .map(
                    (row, context) ->
                        new Group(
                            row.getString("source"),
                            row.getString("profile"),
                            row.getString("error_code"),
                            row.getBoolean("dead"),
                            row.getLong("rows"),
                            row.getString("message"),
                            row.getTimestamp("oldest").toInstant(),
                            row.getTimestamp("newest").toInstant()))
                .list());
  }

  /** The failures, dead letters first, the newest first. */
  public List<Failure> find(Filter filter, int most) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(LIST)
                .bind("source", filter.source())
                .bind("profile", filter.profile())
                .bind("code", filter.code())
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
