package dev.vectorkeeper.queue;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Keys of one collection that failed: those that will be tried again, and dead letters, which will
 * not until they are revived or their row changes. Both hold few rows, so that success costs
 * nothing here.
 */
public final class Failures {
  /** How often a key is tried before it becomes a dead letter. */
  public static final int ATTEMPTS = 3;

  /**
   * A key that failed.
   *
   * @param key the key in its text form
   * @param code the stable code of what happened
   * @param message what happened, for people
   */
  public record Failed(String key, String code, String message) {}

  private static final String RETRY =
      """
      insert into vectorkeeper.retry as r (collection_id, key, attempts, due_at, error_code, error_message)
      select :collection, f.key, 1, clock_timestamp() + :base * (0.75 + random() / 2), f.code, f.message
      from unnest(:keys, :codes, :messages) f(key, code, message)
      on conflict (collection_id, key) do update
      set attempts = r.attempts + 1, error_code = excluded.error_code, error_message = excluded.error_message,
          due_at = clock_timestamp() + :base * power(4, least(r.attempts, 6)) * (0.75 + random() / 2)
      """;

  private static final String HOLD =
      "update vectorkeeper.retry set due_at = 'infinity' where collection_id = :collection and key = any (:keys)";

  private static final String BURY_SPENT =
      """
      with spent as (
        delete from vectorkeeper.retry where collection_id = :collection and key = any (:keys) and attempts >= :most
        returning key, attempts, error_code, error_message)
      insert into vectorkeeper.dead_letter (collection_id, key, attempts, error_code, error_message)
      select :collection, key, attempts, error_code, error_message from spent
      on conflict (collection_id, key) do update
      set attempts = excluded.attempts, error_code = excluded.error_code,
          error_message = excluded.error_message, died_at = now()
      """;

  private static final String BURY =
      """
      with gone as (
        delete from vectorkeeper.retry where collection_id = :collection and key = any (:keys) returning key, attempts)
      insert into vectorkeeper.dead_letter (collection_id, key, attempts, error_code, error_message)
      select :collection, f.key, coalesce(g.attempts, 0) + 1, f.code, f.message
      from unnest(:keys, :codes, :messages) f(key, code, message) left join gone g using (key)
      on conflict (collection_id, key) do update
      set attempts = excluded.attempts, error_code = excluded.error_code,
          error_message = excluded.error_message, died_at = now()
      """;

  private static final String FORGET_RETRIES =
      "delete from vectorkeeper.retry where collection_id = :collection and key = any (:keys)";

  private static final String FORGET_DEAD =
      "delete from vectorkeeper.dead_letter where collection_id = :collection and key = any (:keys)";

  /**
   * What is due becomes a claim; its row stays, pushed off for the time that the claim may take, to
   * keep the count.
   */
  private static final String CLAIM_DUE =
      """
      with due as (
        update vectorkeeper.retry set due_at = clock_timestamp() + interval '5 minutes'
        where (collection_id, key) in (
          select collection_id, key from vectorkeeper.retry
          where collection_id = :collection and due_at <= clock_timestamp()
          order by due_at limit :most for update skip locked)
        returning key)
      insert into vectorkeeper.claim (collection_id, keys, oldest)
      select :collection, array_agg(key), now() from due having count(*) > 0
      """;

  private static final String REVIVE =
      """
      with revived as (
        delete from vectorkeeper.dead_letter
        where collection_id = :collection and (:all or key = any (:keys)) returning key)
      insert into vectorkeeper.claim (collection_id, keys, oldest)
      select :collection, array_agg(key), now()
      from (select key, row_number() over () / 500 as batch from revived) r group by batch
      returning cardinality(keys)
      """;

  private final int collection;

  /** The failures of the collection of this number. */
  public Failures(int collection) {
    this.collection = collection;
  }

  /**
   * Records a failed attempt of each key; those that have had all their attempts become dead
   * letters.
   */
  public void retry(Handle handle, List<Failed> failed, double baseSeconds) {
    bind(handle.createUpdate(RETRY.replace(":base", "make_interval(secs => :seconds)")), failed)
        .bind("seconds", baseSeconds)
        .execute();
    handle
        .createUpdate(BURY_SPENT)
        .bind("collection", collection)
        .bindArray("keys", String.class, failed.stream().map(Failed::key).toList())
        .bind("most", ATTEMPTS)
        .execute();
  }

  /**
   * The same where the next attempt is the business of the batch that they came with; whether any
   * is left to be made.
   */
  public boolean retryWithin(Handle handle, List<Failed> failed) {
    retry(handle, failed, 0);
    return handle
            .createUpdate(HOLD)
            .bind("collection", collection)
            .bindArray("keys", String.class, failed.stream().map(Failed::key).toList())
            .execute()
        > 0;
  }

  /** Makes dead letters of keys for which another attempt would be no use. */
  public void bury(Handle handle, List<Failed> failed) {
    bind(handle.createUpdate(BURY), failed).execute();
  }

  private <T extends org.jdbi.v3.core.statement.SqlStatement<T>> T bind(
      T statement, List<Failed> failed) {
    return statement
        .bind("collection", collection)
        .bindArray("keys", String.class, failed.stream().map(Failed::key).toList())
        .bindArray("codes", String.class, failed.stream().map(Failed::code).toList())
        .bindArray("messages", String.class, failed.stream().map(Failed::message).toList());
  }

  /** Forgets earlier failures of keys that went well now. */
  public void forget(Handle handle, List<String> keys) {
    for (String statement : List.of(FORGET_RETRIES, FORGET_DEAD)) {
      handle
          .createUpdate(statement)
          .bind("collection", collection)
          .bindArray("keys", String.class, keys)
          .execute();
    }
  }

  /** Queues the retries whose time has come; returns how many claims that made. */
  public int claimDue(Handle handle, int most) {
    return handle
        .createUpdate(CLAIM_DUE)
        .bind("collection", collection)
        .bind("most", most)
        .execute();
  }

  /**
   * Puts dead letters back into the queue.
   *
   * @param keys which, or none for all
   * @return how many
   */
  public int revive(Handle handle, List<String> keys) {
    return handle
        .createQuery(REVIVE)
        .bind("collection", collection)
        .bind("all", keys.isEmpty())
        .bindArray("keys", String.class, keys)
        .mapTo(Integer.class)
        .list()
        .stream()
        .mapToInt(Integer::intValue)
        .sum();
  }
}
