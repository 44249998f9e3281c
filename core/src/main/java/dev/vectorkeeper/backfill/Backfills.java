package dev.vectorkeeper.backfill;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * The backfills of one collection. A range is cut when a worker asks for one: the next so many keys
 * in key order, so that ranges are even however the keys are spread, whatever their type. Ranges
 * whose lease ran out are taken first.
 */
public final class Backfills {
  /** Rows that are no longer there have no range, so a sweep goes with every backfill. */
  private static final String START =
      """
      with started as (
        insert into vectorkeeper.backfill (collection_id, state, rows_expected)
        select :collection, 'running', greatest(c.reltuples, 0)::bigint
        from vectorkeeper.source s join pg_class c on c.oid = s.relation
        where s.source_id = :source
        on conflict (collection_id) where state = 'running' do nothing
        returning backfill_id)
      update vectorkeeper.source set sweeps_requested = sweeps_requested + 1
      where source_id = :source and exists (select from started)
      """;

  private static final String CANCEL =
      """
      with cancelled as (
        update vectorkeeper.backfill set state = 'cancelled', finished_at = clock_timestamp()
        where collection_id = :collection and state = 'running' returning backfill_id)
      delete from vectorkeeper.backfill_range where backfill_id in (select backfill_id from cancelled)
      """;

  private static final String EXPECT =
      """
      update vectorkeeper.backfill b
      set rows_expected = (select count(*) from (select from {source} s limit 1000000) counted)
      where collection_id = :collection and state = 'running' and rows_expected < 1000000
      """;

  private static final String PROGRESS =
      """
      select backfill_id, state, rows_expected, rows_done, embedded, unchanged, removed, failed, truncated,
             requests, retries, inputs, tokens, usd, extract(epoch from coalesce(finished_at, clock_timestamp()) - started_at) as seconds
      from vectorkeeper.backfill where collection_id = :collection order by backfill_id desc limit 1
      """;

  private static final String LOST =
      """
      update vectorkeeper.backfill_range
      set token = :token, worker = :worker, expires_at = clock_timestamp() + make_interval(secs => :lease)
      where range_id = (
        select r.range_id from vectorkeeper.backfill_range r join vectorkeeper.backfill b using (backfill_id)
        where b.collection_id = :collection and b.state = 'running' and r.expires_at < clock_timestamp()
        order by r.range_id limit 1 for update of r skip locked)
      returning range_id, backfill_id, after_key, up_to_key
      """;

  private static final String CURSOR =
      """
      select backfill_id, cut_up_to from vectorkeeper.backfill
      where collection_id = :collection and state = 'running' and not cut_finished for update
      """;

  private static final String NEXT_KEYS =
      "select {key} as key from {source} s {where} order by {order} limit :most";

  private static final String CUT =
      """
      with advanced as (
        update vectorkeeper.backfill set cut_up_to = :upTo where backfill_id = :backfill)
      insert into vectorkeeper.backfill_range (backfill_id, after_key, up_to_key, token, worker, expires_at)
      values (:backfill, :after, :upTo, :token, :worker, clock_timestamp() + make_interval(secs => :lease))
      returning range_id
      """;

  /**
   * Keys that a worker is at already because they changed: the range leaves them to it, so that no
   * text is paid twice.
   */
  private static final String AT_WORK =
      """
      select distinct key from vectorkeeper.claim, unnest(keys) key
      where collection_id = :collection and token is not null and expires_at > clock_timestamp()
      """;

  private static final String CUT_FINISHED =
      "update vectorkeeper.backfill set cut_finished = true where backfill_id = :backfill";

  private static final String FINISH =
      """
      update vectorkeeper.backfill b set state = 'done', finished_at = clock_timestamp()
      where collection_id = :collection and state = 'running' and cut_finished
        and not exists (select from vectorkeeper.backfill_range r where r.backfill_id = b.backfill_id)
      """;

  private static final String RUNNING =
      "select exists (select from vectorkeeper.backfill where collection_id = :collection and state = 'running')";

  private final Collection collection;
  private final RowKeys keys;

  public Backfills(Collection collection) {
    this.collection = collection;
    this.keys = collection.source().keys();
  }

  /** Starts a backfill unless one is running. */
  public boolean start(Handle handle) {
    boolean started = startUncounted(handle);
    if (started) {
      expect(handle);
    }
    return started;
  }

  /** The same with the planner's estimate of the rows, where there is no time to count them. */
  public boolean startUncounted(Handle handle) {
    return handle
            .createUpdate(START)
            .bind("collection", collection.id())
            .bind("source", collection.source().id())
            .execute()
        > 0;
  }

  /** Counts the rows that the running backfill is to expect. */
  public void expect(Handle handle) {
    handle
        .createUpdate(SqlText.of(EXPECT).with("source", collection.source().content()).sql())
        .bind("collection", collection.id())
        .execute();
  }

  /** Ends the running backfill, if there is one, so that another may begin with the first row. */
  public void cancel(Handle handle) {
    handle.createUpdate(CANCEL).bind("collection", collection.id()).execute();
  }

  public boolean isRunning(Handle handle) {
    return handle
        .createQuery(RUNNING)
        .bind("collection", collection.id())
        .mapTo(Boolean.class)
        .one();
  }

  /** How far the latest backfill is. */
  public Optional<Progress> progress(Handle handle) {
    return handle
        .createQuery(PROGRESS)
        .bind("collection", collection.id())
        .map((row, context) -> Progress.read(row))
        .findOne();
  }

  /** Leases a range: one whose holder is gone, or the next that is cut. */
  public Optional<RangeBatch> claim(Handle handle, String worker, int rows, Duration lease) {
    return lost(handle, worker, lease).or(() -> next(handle, worker, rows, lease));
  }

  private Optional<RangeBatch> lost(Handle handle, String worker, Duration lease) {
    UUID token = UUID.randomUUID();
    return handle
        .createQuery(LOST)
        .bind("token", token)
        .bind("worker", worker)
        .bind("lease", lease.toMillis() / 1000.0)
        .bind("collection", collection.id())
        .map(
            (row, context) ->
                new RangeBounds(
                    row.getLong("range_id"),
                    row.getLong("backfill_id"),
                    row.getString("after_key"),
                    row.getString("up_to_key")))
        .findOne()
        .map(bounds -> batch(handle, bounds, token, keysOf(handle, bounds)));
  }

  private Optional<RangeBatch> next(Handle handle, String worker, int rows, Duration lease) {
    record Cursor(long backfill, String upTo) {}
    Optional<Cursor> cursor =
        handle
            .createQuery(CURSOR)
            .bind("collection", collection.id())
            .map((row, context) -> new Cursor(row.getLong(1), row.getString(2)))
            .findOne();
    if (cursor.isEmpty()) {
      return Optional.empty();
    }
    RangeBounds after = new RangeBounds(0, cursor.get().backfill(), cursor.get().upTo(), null);
    List<String> found = keysAfter(handle, after, rows);
    if (found.isEmpty()) {
      handle.createUpdate(CUT_FINISHED).bind("backfill", after.backfill()).execute();
      return Optional.empty();
    }
    UUID token = UUID.randomUUID();
    String upTo = found.get(found.size() - 1);
    long range =
        handle
            .createQuery(CUT)
            .bind("backfill", after.backfill())
            .bind("after", after.after())
            .bind("upTo", upTo)
            .bind("token", token)
            .bind("worker", worker)
            .bind("lease", lease.toMillis() / 1000.0)
            .mapTo(Long.class)
            .one();
    return Optional.of(
        batch(handle, new RangeBounds(range, after.backfill(), after.after(), upTo), token, found));
  }

  private RangeBatch batch(Handle handle, RangeBounds bounds, UUID token, List<String> found) {
    Set<String> atWork =
        handle.createQuery(AT_WORK).bind("collection", collection.id()).mapTo(String.class).set();
    List<String> mine = found.stream().filter(key -> !atWork.contains(key)).toList();
    return new RangeBatch(bounds, token, mine, found.size() - mine.size());
  }

  private List<String> keysOf(Handle handle, RangeBounds bounds) {
    return keysAfter(handle, bounds, Integer.MAX_VALUE);
  }

  private List<String> keysAfter(Handle handle, RangeBounds bounds, int most) {
    List<String> conditions = new java.util.ArrayList<>();
    if (bounds.after() != null) {
      conditions.add(keys.compare("s", ">", "after"));
    }
    if (bounds.upTo() != null) {
      conditions.add(keys.compare("s", "<=", "upTo"));
    }
    var query =
        handle.createQuery(
            SqlText.of(NEXT_KEYS)
                .with("key", keys.text("s"))
                .with("source", collection.source().content())
                .with(
                    "where",
                    conditions.isEmpty() ? "" : "where " + String.join(" and ", conditions))
                .with("order", keys.list("s"))
                .sql());
    if (bounds.after() != null) {
      keys.bindOne(query, "after", bounds.after());
    }
    if (bounds.upTo() != null) {
      keys.bindOne(query, "upTo", bounds.upTo());
    }
    return query.bind("most", most).mapTo(String.class).list();
  }

  /**
   * Ends the running backfill when all of it was cut and no range is left; returns whether this
   * call did.
   */
  public boolean finish(Handle handle) {
    return handle.createUpdate(FINISH).bind("collection", collection.id()).execute() > 0;
  }
}
