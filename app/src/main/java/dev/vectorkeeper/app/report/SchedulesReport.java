package dev.vectorkeeper.app.report;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.config.RouteDefinition;
import dev.vectorkeeper.schedule.ScheduleStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * When which runs begin, and what does them.
 *
 * @param schedules the schedules as they stand
 * @param routes the paths at which the server does such work when it is called
 * @param at when that was
 */
public record SchedulesReport(
    List<ScheduleStatus> schedules, List<RouteDefinition> routes, Instant at) {

  /** How the schedules stand now, with the paths of the file. */
  public static SchedulesReport of(Vectorkeeper keeper) {
    return new SchedulesReport(
        keeper.schedules().list(),
        keeper.configuration().server().routes(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS));
  }

  Map<String, String> files() {
    return Map.of("emb_sync_schedule.md", markdown());
  }

  private String markdown() {
    Markdown text = new Markdown().heading(1, "Schedules");
    text.paragraph(
        at
            + ": "
            + (schedules.isEmpty()
                ? "there are none."
                : "each tick of an enabled one is begun by \"vectorkeeper serve\", by one server of the fleet."));
    text.table(
        List.of("name", "cron", "zone", "operation", "source", "with", "enabled"),
        schedules.stream()
            .map(
                s ->
                    List.of(
                        s.name(),
                        "`" + s.cron() + "`",
                        s.timeZone(),
                        s.operation(),
                        s.source(),
                        s.arguments(),
                        s.enabled() ? "yes" : "no"))
            .toList());
    text.table(
        List.of("name", "next run", "last run", "outcome", "run by"),
        schedules.stream().map(SchedulesReport::runs).toList());
    if (!routes.isEmpty()) {
      text.paragraph("The server does such work also when it is called, at these paths:");
    }
    text.table(
        List.of("path", "operation", "source", "with"),
        routes.stream()
            .map(
                r ->
                    List.of(
                        "`POST " + r.path() + "`",
                        r.operation().map(Enum::toString).orElse("embed"),
                        r.source(),
                        Json.line(r.arguments())))
            .toList());
    return text.toString();
  }

  private static List<String> runs(ScheduleStatus schedule) {
    return List.of(
        schedule.name(),
        schedule.nextAt().map(SchedulesReport::time).orElse("-"),
        schedule.last().map(run -> time(run.startedAt())).orElse("-"),
        schedule.last().map(run -> run.outcome()).orElse("-"),
        schedule.last().map(run -> run.server()).orElse("-"));
  }

  private static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
