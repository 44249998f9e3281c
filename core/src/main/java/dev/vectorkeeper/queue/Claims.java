package dev.vectorkeeper.queue;

import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * The claims of one collection: leased with skip locked, fenced by a token, given back or completed
 * in bulk. A claim whose lease ran out is anybody's again.
 */
public final class Claims {
  /**
   * Takes the oldest claims up to a number of keys, so that many small changes share a request. As
   * many are looked at as would fill it if all were of the first one's size, because each that is
   * looked at is locked, and hidden from the other workers, until the transaction ends.
   */
  private static final String CLAIM =
      """
      update vectorkeeper.claim c
      set token = :token, worker = :worker, expires_at = clock_timestamp() + make_interval(secs => :lease)
      where c.claim_id in (
        select claim_id from (
          select claim_id, sum(size) over (order by claim_id) - size as before
          from (
            select claim_id, size from vectorkeeper.claim
            where collection_id = :collection and available_at <= clock_timestamp()
              and (token is null or expires_at < clock_timestamp())
            order by claim_id
            limit (
              select greatest(1, least(200, :most / greatest(1, size))) from vectorkeeper.claim
              where collection_id = :collection and available_at <= clock_timestamp()
                and (token is null or expires_at < clock_timestamp())
              order by claim_id limit 1)
            for update skip locked) free
        ) counted
        where before < :most)
      returning c.claim_id, c.keys, c.oldest
      """;

  private static final String HELD =
      """
      select count(*) from (
        select from vectorkeeper.claim
        where claim_id = any (:ids) and token = :token and expires_at > clock_timestamp() for update) held
      """;

  private static final String RENEW =
      """
      update vectorkeeper.claim set expires_at = clock_timestamp() + make_interval(secs => :lease)
      where claim_id = any (:ids) and token = :token
      """;

  private static final String COMPLETE =
      "delete from vectorkeeper.claim where claim_id = any (:ids) and token = :token";

  private static final String RELEASE =
      """
      update vectorkeeper.claim
      set token = null, worker = null, expires_at = null,
          available_at = clock_timestamp() + make_interval(secs => :delay)
      where claim_id = any (:ids) and token = :token
      """;

  private static final String ADD =
      """
      insert into vectorkeeper.claim (collection_id, keys, oldest, available_at)
      values (:collection, :keys, :oldest, clock_timestamp() + make_interval(secs => :delay))
      """;

  private final int collection;

  /** The claims of the collection of this number. */
  public Claims(int collection) {
    this.collection = collection;
  }

  /**
   * Leases what is due.
   *
   * @param worker who leases, for people
   * @param most keys to take at most; a single claim may hold more
   */
  public Optional<Claim> claim(Handle handle, String worker, int most, Duration lease) {
    UUID token = UUID.randomUUID();
    List<Long> ids = new ArrayList<>();
    Set<String> keys = new LinkedHashSet<>();
    Timestamp[] oldest = new Timestamp[1];
    handle
        .createQuery(CLAIM)
        .bind("token", token)
        .bind("worker", worker)
        .bind("lease", (double) lease.toMillis() / 1000)
        .bind("collection", collection)
        .bind("most", most)
        .map(
            (row, context) -> {
              ids.add(row.getLong("claim_id"));
              keys.addAll(Arrays.asList((String[]) row.getArray("keys").getArray()));
              Timestamp since = row.getTimestamp("oldest");
              if (oldest[0] == null || since.before(oldest[0])) {
                oldest[0] = since;
              }
              return since;
            })
        .list();
    if (ids.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Claim(ids, token, List.copyOf(keys), oldest[0].toInstant()));
  }

  /** Whether this worker still holds all of a claim; keeps it held until the transaction ends. */
  public boolean isHeld(Handle handle, Claim claim) {
    return handle
            .createQuery(HELD)
            .bindArray("ids", Long.class, claim.ids())
            .bind("token", claim.token())
            .mapTo(Integer.class)
            .one()
        == claim.ids().size();
  }

  /** Puts off the end of a lease. */
  public static void renew(Handle handle, Claim claim, Duration lease) {
    handle
        .createUpdate(RENEW)
        .bind("lease", (double) lease.toMillis() / 1000)
        .bindArray("ids", Long.class, claim.ids())
        .bind("token", claim.token())
        .execute();
  }

  /** Takes a claim off the queue: its work is done. */
  public void complete(Handle handle, Claim claim) {
    handle
        .createUpdate(COMPLETE)
        .bindArray("ids", Long.class, claim.ids())
        .bind("token", claim.token())
        .execute();
  }

  /** Gives a claim back, to be leased again after a delay. */
  public void release(Handle handle, Claim claim, Duration delay) {
    handle
        .createUpdate(RELEASE)
        .bind("delay", (double) delay.toMillis() / 1000)
        .bindArray("ids", Long.class, claim.ids())
        .bind("token", claim.token())
        .execute();
  }

  /** Queues keys for this collection alone. */
  public void add(Handle handle, List<String> keys, java.time.Instant oldest, Duration delay) {
    handle
        .createUpdate(ADD)
        .bind("collection", collection)
        .bindArray("keys", String.class, keys)
        .bind("oldest", Timestamp.from(oldest))
        .bind("delay", (double) delay.toMillis() / 1000)
        .execute();
  }
}
