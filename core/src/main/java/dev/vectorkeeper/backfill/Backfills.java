package dev.vectorkeeper.backfill;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.provider.Budget;
import dev.vectorkeeper.source.RowKeys;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

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
        insert into vectorkeeper.backfill
          (collection_id, state, rows_expected, cut_up_to, only_where, rows_limit, rows_per_second, budget_usd)
        select :collection, 'running', greatest(c.reltuples, 0)::bigint, :after, :where, :limit, :rate, :budget
        from vectorkeeper.source s join pg_class c on c.oid = s.relation
        where s.source_id = :source
        on conflict (collection_id) where state in ('running', 'paused') do nothing
        returning backfill_id)
      update vectorkeeper.source set sweeps_requested = sweeps_requested + 1
      where source_id = :source and exists (select from started)
      """;

  private static final String CANCEL =
      """
      with cancelled as (
        update vectorkeeper.backfill set state = 'cancelled', finished_at = clock_timestamp()
        where collection_id = :collection and state in ('running', 'paused') returning backfill_id),
      held as (
        delete from vectorkeeper.retry where collection_id = :collection and due_at = 'infinity')
      delete from vectorkeeper.backfill_range where backfill_id in (select backfill_id from cancelled)
      """;

  private static final String EXPECT =
      "update vectorkeeper.backfill set rows_expected = :rows where backfill_id = :backfill";

  /** Above so many the planner's estimate stands. */
  private static final long COUNTED = 1_000_000;

  private static final String PROGRESS =
      """
      select backfill_id, state, paused_why, slowed_why, budget_usd, spent_usd, rows_expected, rows_done, embedded, reused, unchanged, removed, failed, truncated,
             requests, retries, inputs, tokens, usd, extract(epoch from coalesce(finished_at, clock_timestamp()) - started_at) as seconds
      from vectorkeeper.backfill where collection_id = :collection and backfill_id = coalesce(cast(:backfill as bigint), backfill_id)
      order by backfill_id desc limit 1
      """;

  private static final String LATEST =
      """
      select distinct on (collection_id) collection_id, backfill_id, state, paused_why, slowed_why, budget_usd, spent_usd, rows_expected,
             rows_done, embedded, reused, unchanged, removed, failed, truncated, requests, retries, inputs, tokens, usd,
             extract(epoch from coalesce(finished_at, clock_timestamp()) - started_at) as seconds
      from vectorkeeper.backfill order by collection_id, backfill_id desc
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
      select backfill_id, cut_up_to, only_where, rows_limit, rows_limit - rows_cut as rows_left, rows_per_second
      from vectorkeeper.backfill
      where collection_id = :collection and state = 'running' and not cut_finished and next_cut_at <= clock_timestamp()
      for update
      """;

  private static final String SCOPE =
      "select only_where, rows_limit, budget_usd is not null as limited from vectorkeeper.backfill where backfill_id = :backfill";

  private static final String NEWEST =
      "select {key} from {source} s order by {order} offset :last limit 1";

  private static final String REACHED =
      """
      select b.cut_up_to from vectorkeeper.backfill b
      where b.backfill_id = (select max(backfill_id) from vectorkeeper.backfill where collection_id = :collection)
        and b.state = 'done' and b.rows_cut >= b.rows_limit and b.cut_up_to is not null
        and b.only_where is not distinct from cast(:where as text)
      """;

  private static final String CUT_UP_TO =
      "select cut_up_to from vectorkeeper.backfill where collection_id = :collection order by backfill_id desc limit 1";

  private static final int FEW = 5;

  private static final String PAUSE =
      """
      update vectorkeeper.backfill set state = 'paused', paused_why = :why
      where collection_id = :collection and state = 'running'
      """;

  private static final String RESUME =
      """
      update vectorkeeper.backfill
      set state = 'running', paused_why = null, budget_usd = coalesce(:budget, budget_usd)
      where collection_id = :collection and state = 'paused'
      """;

  private static final String CUT =
      """
      with advanced as (
        update vectorkeeper.backfill
        set cut_up_to = :upTo, rows_cut = rows_cut + :rows,
            next_cut_at = case when rows_per_second is null then next_cut_at
              else greatest(next_cut_at, clock_timestamp()) + make_interval(secs => :rows / rows_per_second) end
        where backfill_id = :backfill)
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

  /** A range of a paced backfill is as long as so many seconds of it. */
  private static final double PACED_SECONDS = 2;

  private final Collection collection;
  private final RowKeys keys;

  public Backfills(Collection collection) {
    this.collection = collection;
    this.keys = collection.source().keys();
  }

  /** Starts a backfill of all rows unless there is one. */
  public boolean start(Handle handle) {
    return start(handle, BackfillOptions.NONE);
  }

  /**
   * Starts a backfill unless there is one, running or paused.
   *
   * @throws VectorkeeperException VK-B03 when the condition is no condition over the source's rows
   */
  public boolean start(Handle handle, BackfillOptions options) {
    options.where().ifPresent(where -> requireCondition(handle, where));
    boolean started = insert(handle, options);
    if (started) {
      expect(handle);
    }
    return started;
  }

  /** The same with the planner's estimate of the rows, where there is no time to count them. */
  public boolean startUncounted(Handle handle) {
    return insert(handle, BackfillOptions.NONE);
  }

  private boolean insert(Handle handle, BackfillOptions options) {
    return handle
            .createUpdate(START)
            .bind("collection", collection.id())
            .bind("source", collection.source().id())
            .bind("after", after(handle, options).orElse(null))
            .bind("where", options.where().orElse(null))
            .bind("limit", options.limit().orElse(null))
            .bind("rate", options.rowsPerSecond().orElse(null))
            .bind("budget", options.budgetUsd().orElse(null))
            .execute()
        > 0;
  }

  /**
   * A backfill of a limited number of rows goes on where the one before it reached its limit, so
   * that many of them after each other pass over no row twice.
   */
  private Optional<String> after(Handle handle, BackfillOptions options) {
    return options
        .last()
        .flatMap(last -> before(handle, last))
        .or(() -> options.limit().flatMap(limit -> reached(handle, options)));
  }

  private Optional<String> reached(Handle handle, BackfillOptions options) {
    return handle
        .createQuery(REACHED)
        .bind("collection", collection.id())
        .bind("where", options.where().orElse(null))
        .mapTo(String.class)
        .findOne();
  }

  /** The key before the newest so many. */
  Optional<String> before(Handle handle, long last) {
    return handle
        .createQuery(
            SqlText.of(NEWEST)
                .with("key", keys.text("s"))
                .with("source", collection.source().content())
                .with("order", keys.join(", ", i -> "s.k" + i + " desc"))
                .sql())
        .bind("last", last)
        .mapTo(String.class)
        .findOne();
  }

  void requireCondition(Handle handle, String where) {
    try {
      handle.useTransaction(
          inner -> KeySelection.of(collection, Optional.of(where), false).keys(inner, 0));
    } catch (JdbiException e) {
      throw new VectorkeeperException(
          "VK-B03",
          "The condition \"%s\" cannot be asked of the rows of %s: %s"
              .formatted(
                  where,
                  collection.source().name(),
                  String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage())
                      .lines()
                      .findFirst()
                      .orElse("")),
          e);
    }
  }

  /** Counts the rows that the running backfill is to expect. */
  public void expect(Handle handle) {
    Optional<Cursor> found = cursor(handle);
    if (found.isPresent()) {
      Cursor cursor = found.get();
      long most = cursor.left() == null ? COUNTED : Math.min(COUNTED, cursor.left());
      long rows = cursor.selection(collection).between(cursor.upTo(), null).count(handle, most);
      if (rows < COUNTED) {
        handle
            .createUpdate(EXPECT)
            .bind("rows", rows)
            .bind("backfill", cursor.backfill())
            .execute();
      }
    }
  }

  /**
   * Where the running backfill is.
   *
   * @param left rows that may still be taken; null for all
   * @param rate rows a second that may be taken; null for any number
   */
  private record Cursor(
      long backfill,
      @Nullable String upTo,
      Optional<String> where,
      @Nullable Long left,
      @Nullable Double rate) {
    KeySelection selection(Collection collection) {
      return KeySelection.of(collection, where, left != null);
    }
  }

  private Optional<Cursor> cursor(Handle handle) {
    return handle
        .createQuery(CURSOR)
        .bind("collection", collection.id())
        .map(
            (row, context) ->
                new Cursor(
                    row.getLong("backfill_id"),
                    row.getString("cut_up_to"),
                    Optional.ofNullable(row.getString("only_where")),
                    row.getObject("rows_left", Long.class),
                    row.getObject("rows_per_second", Double.class)))
        .findOne();
  }

  /** Holds the running backfill until somebody resumes it; whether one was running. */
  public boolean pause(Handle handle, String why) {
    return handle.createUpdate(PAUSE).bind("collection", collection.id()).bind("why", why).execute()
        > 0;
  }

  /**
   * Lets a paused backfill go on, with another budget where one is given; whether there was one.
   */
  public boolean resume(Handle handle, Optional<BigDecimal> budgetUsd) {
    return handle
            .createUpdate(RESUME)
            .bind("collection", collection.id())
            .bind("budget", budgetUsd.orElse(null))
            .execute()
        > 0;
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
    return progress(handle, null);
  }

  /** How far the latest backfill of every collection is, by the collection's number. */
  public static Map<Integer, Progress> latest(Handle handle) {
    Map<Integer, Progress> latest = new HashMap<>();
    handle
        .createQuery(LATEST)
        .map((row, context) -> latest.put(row.getInt("collection_id"), Progress.read(row)))
        .list();
    return latest;
  }

  /** How far a certain backfill is. */
  public Progress progress(Handle handle, long backfill) {
    return progress(handle, Long.valueOf(backfill)).orElseThrow();
  }

  private Optional<Progress> progress(Handle handle, @Nullable Long backfill) {
    return handle
        .createQuery(PROGRESS)
        .bind("collection", collection.id())
        .bind("backfill", backfill)
        .map((row, context) -> Progress.read(row))
        .findOne();
  }

  /** The key up to which the latest backfill has been cut into ranges; nothing at its begin. */
  public Optional<String> cutUpTo(Handle handle) {
    return handle
        .createQuery(CUT_UP_TO)
        .bind("collection", collection.id())
        .mapTo(String.class)
        .findOne();
  }

  /** A few of the source's keys behind one, for people. */
  public List<String> keysAfter(Handle handle, Optional<String> key, int most) {
    return KeySelection.of(collection, Optional.empty(), false)
        .between(key.orElse(null), null)
        .keys(handle, Math.min(most, FEW));
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
    Optional<Cursor> found = cursor(handle);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Cursor cursor = found.get();
    List<String> next =
        cursor.selection(collection).between(cursor.upTo(), null).keys(handle, cut(cursor, rows));
    if (next.isEmpty()) {
      handle.createUpdate(CUT_FINISHED).bind("backfill", cursor.backfill()).execute();
      return Optional.empty();
    }
    UUID token = UUID.randomUUID();
    String upTo = next.get(next.size() - 1);
    long range =
        handle
            .createQuery(CUT)
            .bind("backfill", cursor.backfill())
            .bind("after", cursor.upTo())
            .bind("upTo", upTo)
            .bind("rows", next.size())
            .bind("token", token)
            .bind("worker", worker)
            .bind("lease", lease.toMillis() / 1000.0)
            .mapTo(Long.class)
            .one();
    return Optional.of(
        batch(handle, new RangeBounds(range, cursor.backfill(), cursor.upTo(), upTo), token, next));
  }

  /** How many rows the next range takes. */
  private static int cut(Cursor cursor, int rows) {
    long most = cursor.left() == null ? rows : Math.min(rows, cursor.left());
    double paced = cursor.rate() == null ? most : Math.ceil(cursor.rate() * PACED_SECONDS);
    return (int) Math.max(0, Math.min(most, paced));
  }

  private RangeBatch batch(Handle handle, RangeBounds bounds, UUID token, List<String> found) {
    Set<String> atWork =
        handle.createQuery(AT_WORK).bind("collection", collection.id()).mapTo(String.class).set();
    List<String> mine = found.stream().filter(key -> !atWork.contains(key)).toList();
    boolean limited =
        handle
            .createQuery(SCOPE)
            .bind("backfill", bounds.backfill())
            .map((row, context) -> row.getBoolean("limited"))
            .one();
    Budget budget =
        limited ? new BackfillBudget(handle.getJdbi(), bounds.backfill()) : Budget.UNLIMITED;
    return new RangeBatch(bounds, token, mine, found.size() - mine.size(), budget);
  }

  private List<String> keysOf(Handle handle, RangeBounds bounds) {
    return handle
        .createQuery(SCOPE)
        .bind("backfill", bounds.backfill())
        .map(
            (row, context) ->
                KeySelection.of(
                    collection,
                    Optional.ofNullable(row.getString("only_where")),
                    row.getObject("rows_limit") != null))
        .one()
        .between(bounds.after(), bounds.upTo())
        .keys(handle, Integer.MAX_VALUE);
  }

  /**
   * Ends the running backfill when all of it was cut and no range is left; returns whether this
   * call did.
   */
  public boolean finish(Handle handle) {
    return handle.createUpdate(FINISH).bind("collection", collection.id()).execute() > 0;
  }
}
