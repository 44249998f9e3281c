package dev.vectorkeeper.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.run.Operation;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.schedule.ScheduleDefinition.Missed;
import dev.vectorkeeper.schedule.ScheduleDefinition.Overlap;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What the catalog knows of schedules and their runs. */
public final class Schedules {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What such a failure says may hold parts of rows; it goes to the log alone. */
  private static final String UNFORESEEN =
      "Something failed that was not foreseen; the log of the process has more.";

  private static final String ALL =
      "select name, cron, time_zone, request::text as request, overlap, missed, enabled from vectorkeeper.schedule order by name";

  private static final String ONE =
      "select name, cron, time_zone, request::text as request, overlap, missed, enabled from vectorkeeper.schedule where name = :name";

  private static final String PUT =
      """
      insert into vectorkeeper.schedule (name, cron, time_zone, request, overlap, missed, enabled)
      values (:name, :cron, :zone, cast(:request as jsonb), :overlap, :missed, :enabled)
      on conflict (name) do update
      set cron = excluded.cron, time_zone = excluded.time_zone, request = excluded.request,
          overlap = excluded.overlap, missed = excluded.missed
      """;

  private static final String FORGET_NEXT =
      "delete from vectorkeeper.scheduled_tasks where task_instance = :name and not picked";

  private static final String ENABLE =
      "update vectorkeeper.schedule set enabled = :enabled where name = :name and enabled <> :enabled";

  private static final String NEXT =
      "select task_instance, execution_time from vectorkeeper.scheduled_tasks where task_name = '%s'"
          .formatted(Scheduler.TASK);

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

  public Schedules(Database database) {
    this.database = database;
    this.jdbi = database.jdbi();
  }

  /** Every schedule as it was declared, with whether it is enabled now. */
  public List<ScheduleDefinition> definitions() {
    return jdbi.withHandle(
        handle -> handle.createQuery(ALL).map((row, context) -> definition(row)).list());
  }

  private static ScheduleDefinition definition(ResultSet row) throws SQLException {
    JsonNode request = read(row.getString("request"));
    return new ScheduleDefinition(
        row.getString("name"),
        new Cron(row.getString("cron"), ZoneId.of(row.getString("time_zone"))),
        RunRequest.of(
            Operation.valueOf(request.path("operation").asText().toUpperCase(Locale.ROOT)),
            request.path("source").asText(),
            request.path("arguments")),
        Overlap.valueOf(row.getString("overlap").toUpperCase(Locale.ROOT)),
        Missed.valueOf(row.getString("missed").toUpperCase(Locale.ROOT)),
        row.getBoolean("enabled"));
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "the catalog holds a schedule that is not understood: " + json, e);
    }
  }

  /**
   * The schedule of a name.
   *
   * @throws VectorkeeperException VK-J01 when there is none
   */
  public ScheduleDefinition definition(String name) {
    return find(name).orElseThrow(() -> unknown(name));
  }

  /** The schedule of a name, if there is one. */
  Optional<ScheduleDefinition> find(String name) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(ONE)
                .bind("name", name)
                .map((row, context) -> definition(row))
                .findOne());
  }

  private VectorkeeperException unknown(String name) {
    List<String> all = definitions().stream().map(ScheduleDefinition::name).toList();
    return new VectorkeeperException(
        "VK-J01",
        "There is no schedule \"%s\" in the catalog%s"
            .formatted(
                name,
                all.isEmpty()
                    ? "; declare it under schedules and run \"vectorkeeper apply\"."
                    : "; it has " + String.join(", ", all) + "."));
  }

  /** Writes a schedule; one that is known keeps whether it is enabled. */
  public void put(ScheduleDefinition schedule) {
    ObjectNode request = JSON.createObjectNode();
    request.put("operation", schedule.request().operation().toString());
    request.put("source", schedule.request().source());
    request.set("arguments", schedule.request().arguments());
    jdbi.useTransaction(
        handle -> {
          handle
              .createUpdate(PUT)
              .bind("name", schedule.name())
              .bind("cron", schedule.cron().expression())
              .bind("zone", schedule.cron().zone().getId())
              .bind("request", request.toString())
              .bind("overlap", lower(schedule.overlap()))
              .bind("missed", lower(schedule.missed()))
              .bind("enabled", schedule.enabled())
              .execute();
          forgetNext(handle, schedule.name());
        });
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Has the next tick found anew by whichever server looks first. */
  private static void forgetNext(Handle handle, String name) {
    handle.createUpdate(FORGET_NEXT).bind("name", name).execute();
  }

  /**
   * Lets a schedule's runs begin by themselves, or no longer; whether that is a change.
   *
   * @throws VectorkeeperException VK-J01 when there is none
   */
  public boolean enable(String name, boolean enabled) {
    definition(name);
    return jdbi.inTransaction(
        handle -> {
          boolean changed =
              handle.createUpdate(ENABLE).bind("enabled", enabled).bind("name", name).execute() > 0;
          if (changed) {
            forgetNext(handle, name);
          }
          return changed;
        });
  }

  /**
   * Removes a schedule and what is remembered of its runs.
   *
   * @throws VectorkeeperException VK-J01 when there is none
   */
  public void remove(String name) {
    definition(name);
    jdbi.useTransaction(
        handle -> {
          forgetNext(handle, name);
          handle
              .createUpdate("delete from vectorkeeper.schedule where name = :name")
              .bind("name", name)
              .execute();
        });
  }

  /** How every schedule stands, by name. */
  public List<ScheduleStatus> list() {
    return jdbi.withHandle(
        handle -> {
          Map<String, Instant> next =
              handle
                  .createQuery(NEXT)
                  .map(
                      (row, context) ->
                          Map.entry(row.getString(1), row.getTimestamp(2).toInstant()))
                  .list()
                  .stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
          Map<String, ScheduleRun> last =
              handle
                  .createQuery(LAST)
                  .map((row, context) -> Map.entry(row.getString("schedule"), run(row)))
                  .list()
                  .stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
          return definitions().stream()
              .map(schedule -> status(schedule, next::get, last::get))
              .toList();
        });
  }

  private static ScheduleStatus status(
      ScheduleDefinition schedule,
      Function<String, @Nullable Instant> next,
      Function<String, @Nullable ScheduleRun> last) {
    return new ScheduleStatus(
        schedule.name(),
        schedule.cron().expression(),
        schedule.cron().zone().getId(),
        schedule.request().operation().toString(),
        schedule.request().source(),
        schedule.request().arguments().toString(),
        lower(schedule.overlap()),
        lower(schedule.missed()),
        schedule.enabled(),
        Optional.ofNullable(schedule.enabled() ? next.apply(schedule.name()) : null),
        Optional.ofNullable(last.apply(schedule.name())));
  }

  /** The last runs of a schedule, the newest first. */
  public List<ScheduleRun> history(String name, int most) {
    definition(name);
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
    ScheduleDefinition schedule = definition(name);
    try (ScheduleLock lock =
        ScheduleLock.take(database, name)
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
    Optional<ScheduleLock> taken = ScheduleLock.take(database, schedule.name());
    if (taken.isEmpty()) {
      return false;
    }
    try (ScheduleLock lock = taken.get()) {
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
  private RunResult finished(long run, java.util.function.Supplier<RunResult> work) {
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
