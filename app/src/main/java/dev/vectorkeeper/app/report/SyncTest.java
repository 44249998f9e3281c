package dev.vectorkeeper.app.report;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.schedule.ScheduleDefinition;
import dev.vectorkeeper.verify.Parity;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a run of a schedule did.
 *
 * @param schedule the schedule's name
 * @param cron when it is due
 * @param timeZone where the clock hangs
 * @param operation what it does
 * @param source to which source
 * @param arguments with which arguments, as JSON
 * @param finishedAt when this run ended
 * @param before rows and vectors before it, of each live collection
 * @param result what it did
 * @param after rows and vectors after it
 */
public record SyncTest(
    String schedule,
    String cron,
    String timeZone,
    String operation,
    String source,
    @JsonRawValue String arguments,
    Instant finishedAt,
    List<Parity> before,
    RunResult result,
    List<Parity> after) {

  /**
   * Runs a schedule and tells what that did.
   *
   * @param run runs it
   */
  public static SyncTest of(Vectorkeeper keeper, String name, Supplier<RunResult> run) {
    ScheduleDefinition schedule = keeper.schedules().definition(name);
    String source = schedule.request().source();
    List<Parity> before = Parity.of(keeper.database(), source);
    RunResult result = run.get();
    return new SyncTest(
        name,
        schedule.cron().expression(),
        schedule.cron().zone().getId(),
        schedule.request().operation().toString(),
        source,
        schedule.request().arguments().toString(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        before,
        result,
        Parity.of(keeper.database(), source));
  }

  Map<String, String> files() {
    return Map.of("emb_sync_test.json", Json.of(this) + "\n");
  }
}
