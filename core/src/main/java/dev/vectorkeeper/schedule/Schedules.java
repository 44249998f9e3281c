package dev.vectorkeeper.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.run.Operation;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.schedule.ScheduleDefinition.Missed;
import dev.vectorkeeper.schedule.ScheduleDefinition.Overlap;
import java.sql.ResultSet;
import java.sql.SQLException;
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

/** What the catalog knows of schedules; their runs are {@link ScheduleRuns}. */
public final class Schedules {
  private static final ObjectMapper JSON = new ObjectMapper();

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

  private final Jdbi jdbi;

  public Schedules(Database database) {
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
          Map<String, ScheduleRun> last = ScheduleRuns.last(handle);
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
}
