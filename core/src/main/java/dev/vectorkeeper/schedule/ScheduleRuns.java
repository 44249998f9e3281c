package dev.vectorkeeper.schedule;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SessionLock;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.run.RunResult;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The runs of schedules: begun under a lock of the schedule, remembered with what they did. */
public final class ScheduleRuns {
  /** What such a failure says may hold parts of rows; it goes to the log alone. */
  private static final String UNFORESEEN =
      "Something failed that was not foreseen; the log of the process has more.";

  private static final String RUN =
      """
      run_id, schedule, due_at, by_hand, server, started_at, finished_at, outcome, result::text as result,
      error_code, error_message""";

  private static final String LAST =
      """
      select %s from vectorkeeper.schedule_run
      where run_id in (select (select max(run_id) from vectorkeeper.schedule_run r where r.schedule = s.name)
                       from vectorkeeper.schedule s)
      """
          .formatted(RUN);

  private static final String HISTORY =
      "select %s from vectorkeeper.schedule_run where schedule = :name order by run_id desc limit :most"
          .formatted(RUN);

  private static final String BEGIN =
      """
      insert into vectorkeeper.schedule_run (schedule, due_at, by_hand, server, outcome)
      values (:name, :due, :byHand, :server, :outcome)
      on conflict (schedule, due_at) where not by_hand do nothing returning run_id
      """;

  private static final String FINISH =
      """
      update vectorkeeper.schedule_run
      set finished_at = clock_timestamp(), outcome = :outcome, result = cast(:result as jsonb),
          error_code = :code, error_message = :message
      where run_id = :run
      """;

  private static final String LOSE =
      """
      update vectorkeeper.schedule_run set finished_at = clock_timestamp(), outcome = 'lost'
      where schedule = :name and outcome = 'running'
      """;

  private static final String PRUNE =
      """
      delete from vectorkeeper.schedule_run r using vectorkeeper.schedule s
      where r.schedule = s.name and r.outcome <> 'running'
        and (r.started_at < now() - interval '90 days'
             or r.run_id < (select min(kept.run_id) from (
                  select n.run_id from vectorkeeper.schedule_run n where n.schedule = s.name
                  order by n.run_id desc limit :kept) kept))
      """;

  /** Runs of a schedule that are remembered. */
  private static final int KEPT = 10_000;

  private final Database database;
  private final Jdbi jdbi;
  private final Schedules schedules;

  public ScheduleRuns(Database database) {
    this.database = database;
    this.jdbi = database.jdbi();
    this.schedules = new Schedules(database);
  }

  /** The last run of each schedule, by the schedule's name. */
  static Map<String, ScheduleRun> last(Handle handle) {
    return handle
        .createQuery(LAST)
        .map((row, context) -> Map.entry(row.getString("schedule"), run(row)))
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The last runs of a schedule, the newest first. */
  public List<ScheduleRun> history(String name, int most) {
    schedules.definition(name);
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(HISTORY)
                .bind("name", name)
                .bind("most", most)
                .map((row, context) -> run(row))
                .list());
  }

  private static ScheduleRun run(ResultSet row) throws SQLException {
    return new ScheduleRun(
        row.getLong("run_id"),
        row.getTimestamp("due_at").toInstant(),
        row.getBoolean("by_hand"),
        row.getString("server"),
        row.getTimestamp("started_at").toInstant(),
        Optional.ofNullable(row.getTimestamp("finished_at")).map(Timestamp::toInstant),
        row.getString("outcome"),
        row.getString("result"),
        Optional.ofNullable(row.getString("error_code")),
        Optional.ofNullable(row.getString("error_message")));
  }

  /**
   * Runs a schedule's work now, whether it is enabled or not, and remembers it.
   *
   * @param work what carries the request out
   * @throws VectorkeeperException VK-J01 when there is none, VK-J02 while a run is under way, what
   *     the work throws when it fails
   */
  public RunResult runNow(String name, String server, Function<RunRequest, RunResult> work) {
    ScheduleDefinition schedule = schedules.definition(name);
    try (SessionLock lock =
        lock(name)
            .orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-J02",
                        "A run of the schedule %s is under way; wait for its end."
                            .formatted(name)))) {
      lose(name);
      long run = begin(name, Instant.now(), server, true, "running").orElseThrow();
      return finished(run, () -> work.apply(schedule.request()));
    }
  }

  /** Held while a schedule runs, by whom and wherever, so that two runs never overlap. */
  private Optional<SessionLock> lock(String name) {
    int number =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("select hashtext(:name)")
                        .bind("name", name)
                        .mapTo(Integer.class)
                        .one());
    return SessionLock.take(database, SessionLock.Kind.SCHEDULE, number);
  }

  /**
   * Runs a tick, unless it was run before or a run is under way.
   *
   * @return whether no other run was in its way
   */
  boolean runTick(
      ScheduleDefinition schedule,
      Instant due,
      String server,
      Function<RunRequest, RunResult> work) {
    Optional<SessionLock> taken = lock(schedule.name());
    if (taken.isEmpty()) {
      return false;
    }
    try (SessionLock lock = taken.get()) {
      lose(schedule.name());
      begin(schedule.name(), due, server, false, "running")
          .ifPresent(run -> finished(run, () -> work.apply(schedule.request())));
      return true;
    }
  }

  /** Takes a tick; nothing where it was taken before. */
  Optional<Long> begin(String name, Instant due, String server, boolean byHand, String outcome) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(BEGIN)
                .bind("name", name)
                .bind("due", Timestamp.from(due))
                .bind("byHand", byHand)
                .bind("server", server)
                .bind("outcome", outcome)
                .mapTo(Long.class)
                .findOne());
  }

  /** Does a run's work and remembers how it ended. */
  private RunResult finished(long run, Supplier<RunResult> work) {
    try {
      RunResult result = work.get();
      finish(run, "done", Json.line(result), null, null);
      return result;
    } catch (VectorkeeperException e) {
      finish(run, "failed", null, e.code(), String.valueOf(e.getMessage()));
      throw e;
    } catch (RuntimeException e) {
      finish(run, "failed", null, "VK-X01", UNFORESEEN);
      throw e;
    }
  }

  private void finish(
      long run,
      String outcome,
      @Nullable String result,
      @Nullable String code,
      @Nullable String message) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(FINISH)
                .bind("outcome", outcome)
                .bind("result", result)
                .bind("code", code)
                .bind("message", message)
                .bind("run", run)
                .execute());
  }

  /** Marks runs of processes that were killed; the lock of the schedule is held. */
  private void lose(String name) {
    jdbi.useHandle(handle -> handle.createUpdate(LOSE).bind("name", name).execute());
  }

  /** Forgets runs that are old or many. */
  void prune() {
    jdbi.useHandle(handle -> handle.createUpdate(PRUNE).bind("kept", KEPT).execute());
  }
}
