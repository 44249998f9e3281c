package dev.vectorkeeper.queue;

import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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

  /** The first keys of a leased claim become one of their own, the others are free again. */
  private static final String SPLIT =
      """
      with rest as (
        update vectorkeeper.claim set keys = :rest, token = null, worker = null, expires_at = null
        where claim_id = :id and token = :token returning collection_id, oldest, available_at)
      insert into vectorkeeper.claim (collection_id, keys, oldest, available_at, token, worker, expires_at)
      select collection_id, :keys, oldest, available_at, :token, :worker,
             clock_timestamp() + make_interval(secs => :lease)
      from rest returning claim_id
      """;

  private static final String PENDING =
      """
      select coalesce(sum(size), 0) from vectorkeeper.claim
      where collection_id = :collection and (token is null or expires_at < clock_timestamp())
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
    return Leased.together(lease(handle, worker, token, most, lease), token);
  }

  /**
   * The same with no more keys than {@code most}, the oldest first: a claim that holds more is
   * split.
   */
  public Optional<Claim> claimExactly(Handle handle, String worker, int most, Duration lease) {
    UUID token = UUID.randomUUID();
    List<Leased> kept = new ArrayList<>();
    int left = most;
    for (Leased leased : lease(handle, worker, token, most, lease)) {
      if (leased.keys().size() <= left) {
        kept.add(leased);
      } else if (left > 0) {
        kept.add(split(handle, leased, worker, token, left, lease));
      } else {
        release(handle, List.of(leased.id()), token, Duration.ZERO);
      }
      left = Math.max(0, left - leased.keys().size());
    }
    return Leased.together(kept, token);
  }

  /** A row of the queue that was leased. */
  private record Leased(long id, List<String> keys, Timestamp oldest) {
    static Optional<Claim> together(List<Leased> all, UUID token) {
      if (all.isEmpty()) {
        return Optional.empty();
      }
      Set<String> keys = new LinkedHashSet<>();
      all.forEach(leased -> keys.addAll(leased.keys()));
      return Optional.of(
          new Claim(
              all.stream().map(Leased::id).toList(),
              token,
              List.copyOf(keys),
              all.stream()
                  .map(Leased::oldest)
                  .min(Timestamp::compareTo)
                  .orElseThrow()
                  .toInstant()));
    }
  }

  private List<Leased> lease(Handle handle, String worker, UUID token, int most, Duration lease) {
    return handle
        .createQuery(CLAIM)
        .bind("token", token)
        .bind("worker", worker)
        .bind("lease", (double) lease.toMillis() / 1000)
        .bind("collection", collection)
        .bind("most", most)
        .map(
            (row, context) ->
                new Leased(
                    row.getLong("claim_id"),
                    List.of((String[]) row.getArray("keys").getArray()),
                    row.getTimestamp("oldest")))
        .stream()
        .sorted(Comparator.comparingLong(Leased::id))
        .toList();
  }

  private static Leased split(
      Handle handle, Leased leased, String worker, UUID token, int most, Duration lease) {
    List<String> keys = leased.keys().subList(0, most);
    long id =
        handle
            .createQuery(SPLIT)
            .bindArray("rest", String.class, leased.keys().subList(most, leased.keys().size()))
            .bind("id", leased.id())
            .bind("token", token)
            .bindArray("keys", String.class, keys)
            .bind("worker", worker)
            .bind("lease", (double) lease.toMillis() / 1000)
            .mapTo(Long.class)
            .one();
    return new Leased(id, keys, leased.oldest());
  }

  /** How many keys are queued that nobody is at. */
  public long pending(Handle handle) {
    return handle.createQuery(PENDING).bind("collection", collection).mapTo(Long.class).one();
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
    release(handle, claim.ids(), claim.token(), delay);
  }

  private static void release(Handle handle, List<Long> ids, UUID token, Duration delay) {
    handle
        .createUpdate(RELEASE)
        .bind("delay", (double) delay.toMillis() / 1000)
        .bindArray("ids", Long.class, ids)
        .bind("token", token)
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
