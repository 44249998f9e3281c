package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.api.Attention.Action;
import dev.vectorkeeper.app.server.api.Attention.Level;
import dev.vectorkeeper.doctor.Diagnosis;
import dev.vectorkeeper.schedule.ScheduleStatus;
import dev.vectorkeeper.status.Standing;
import dev.vectorkeeper.verify.Verification.Failed;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What needs a hand, each with the command and the call that mends it, the most urgent first. */
public final class AttentionList {
  /** A worker drains changes within a second; this long says that none is there. */
  private static final double LATE_SECONDS = 120;

  private static final Duration LATELY = Duration.ofMinutes(2);

  /** Looking for drift takes a few queries a source, and drift does not come by the second. */
  private static final long DRIFT_NANOS = Duration.ofSeconds(30).toNanos();

  private final Vectorkeeper keeper;
  private List<Diagnosis> drift = List.of();
  private long looked = System.nanoTime() - DRIFT_NANOS;

  public AttentionList(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  /** What needs a hand where collections stand so. */
  public List<Attention> of(List<Standing> standings) {
    List<Attention> found = new ArrayList<>();
    drift().forEach(diagnosis -> found.add(drifted(diagnosis)));
    profiles(standings, found);
    standings.forEach(standing -> collection(standing, found));
    withoutActive(standings, found);
    keeper.verification().failed().forEach(failed -> found.add(unverified(failed)));
    MigrationSummary.all(keeper).stream()
        .filter(migration -> migration.state().equals("ready"))
        .forEach(migration -> found.add(ready(migration)));
    keeper.schedules().list().stream()
        .filter(AttentionList::isFailed)
        .forEach(schedule -> found.add(failed(schedule)));
    found.sort(Comparator.comparing(Attention::level));
    return List.copyOf(found);
  }

  private synchronized List<Diagnosis> drift() {
    if (System.nanoTime() - looked >= DRIFT_NANOS) {
      drift = keeper.doctor().drift();
      looked = System.nanoTime();
    }
    return drift;
  }

  private static Attention drifted(Diagnosis diagnosis) {
    return new Attention(
        diagnosis.level() == Diagnosis.Level.PROBLEM ? Level.PROBLEM : Level.WARNING,
        diagnosis.code(),
        diagnosis.sentence(),
        Optional.empty(),
        Optional.empty(),
        "vectorkeeper apply",
        Optional.empty());
  }

  private void profiles(List<Standing> standings, List<Attention> found) {
    Map<String, List<Standing>> byProfile =
        standings.stream().collect(Collectors.groupingBy(Standing::profile));
    byProfile.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> profile(entry.getKey(), entry.getValue(), found));
  }

  private void profile(String name, List<Standing> standings, List<Attention> found) {
    Standing any = standings.get(0);
    if (!keeper.providers().knows(name)) {
      found.add(
          about(
              Level.PROBLEM,
              "VK-C04",
              "The profile %s is not in the configuration file, so nothing is embedded under it. Declare it again under profiles."
                  .formatted(name),
              Optional.empty(),
              name,
              "vectorkeeper apply --dry-run",
              Optional.empty()));
    }
    if (any.paused().isPresent()) {
      found.add(
          about(
              Level.PROBLEM,
              "VK-W09",
              "The profile %s is paused: %s".formatted(name, any.paused().get()),
              Optional.empty(),
              name,
              "vectorkeeper resume " + name,
              action("Resume " + name, "/v1/profiles/" + path(name) + "/resume", Map.of())));
    } else if (any.trouble()
            .filter(trouble -> trouble.at().isAfter(Instant.now().minus(LATELY)))
            .isPresent()
        && standings.stream().anyMatch(s -> s.outstanding() > 0)) {
      found.add(
          about(
              Level.PROBLEM,
              any.trouble().get().code(),
              "The provider of the profile %s does not answer: %s"
                  .formatted(name, any.trouble().get().why()),
              Optional.empty(),
              name,
              "vectorkeeper provider test " + name,
              action("Pause " + name, "/v1/profiles/" + path(name) + "/pause", Map.of())));
    }
  }

  private static void collection(Standing standing, List<Attention> found) {
    String source = standing.source();
    String profile = standing.profile();
    Map<String, Object> of = Map.of("profile", profile);
    String at = "/v1/sources/" + path(source);
    if (standing.queue().dead() > 0) {
      found.add(
          about(
              Level.PROBLEM,
              "dead-letters",
              "%,d %s of %s failed under %s and %s tried no more."
                  .formatted(
                      standing.queue().dead(),
                      standing.queue().dead() == 1 ? "row" : "rows",
                      source,
                      profile,
                      standing.queue().dead() == 1 ? "is" : "are"),
              Optional.of(source),
              profile,
              "vectorkeeper failures retry " + source + " --all",
              action(
                  "Try them again",
                  at + "/failures/retry",
                  Map.of("all", true, "profile", profile))));
    }
    if (standing.backfill().filter(b -> b.state().equals("paused")).isPresent()) {
      found.add(
          about(
              Level.WARNING,
              "backfill-paused",
              "The backfill of %s under %s is paused: %s"
                  .formatted(
                      source,
                      profile,
                      standing.backfill().get().pausedWhy().orElse("somebody asked for it.")),
              Optional.of(source),
              profile,
              "vectorkeeper backfill resume " + source,
              action("Resume the backfill", at + "/backfills/resume", of)));
    }
    boolean idle = standing.backfill().filter(b -> !b.state().equals("cancelled")).isEmpty();
    boolean ready = standing.state().equals("ready");
    if (!ready && idle || ready && !standing.indexReady() && standing.indexBuilt().isEmpty()) {
      found.add(
          about(
              Level.PROBLEM,
              ready ? "VK-W10" : "not-filled",
              ready
                  ? "The vector index of %s under %s is missing or invalid; a backfill builds it."
                      .formatted(source, profile)
                  : "%s under %s is not filled, and no backfill is under way."
                      .formatted(source, profile),
              Optional.of(source),
              profile,
              "vectorkeeper backfill " + source,
              action("Begin a backfill", at + "/backfills", of)));
    }
    if (standing.sync().equals("realtime")
        && standing.paused().isEmpty()
        && standing.queue().oldestSeconds() > LATE_SECONDS) {
      found.add(
          about(
              Level.WARNING,
              "late",
              "Changes of %s have waited %.0f minutes under %s; workers do not keep up, or none runs."
                  .formatted(source, standing.queue().oldestSeconds() / 60, profile),
              Optional.of(source),
              profile,
              "vectorkeeper worker",
              action(
                  "Work off 1,000 rows",
                  at + "/queue",
                  Map.of("profile", profile, "limit", 1000))));
    }
  }

  private static void withoutActive(List<Standing> standings, List<Attention> found) {
    Map<String, List<Standing>> bySource =
        standings.stream().collect(Collectors.groupingBy(Standing::source));
    bySource.forEach(
        (source, collections) -> {
          if (collections.stream().noneMatch(Standing::active)) {
            String profile = collections.get(0).profile();
            found.add(
                about(
                    Level.WARNING,
                    "VK-Q01",
                    "No collection of %s is active, so searches find nothing.".formatted(source),
                    Optional.of(source),
                    profile,
                    "vectorkeeper switch %s --to %s".formatted(source, profile),
                    action(
                        "Make " + profile + " active",
                        "/v1/sources/" + path(source) + "/switch",
                        Map.of("profile", profile))));
          }
        });
  }

  private static Attention unverified(Failed failed) {
    return about(
        Level.WARNING,
        "VK-M04",
        "The last verification of %s under %s did not pass."
            .formatted(failed.source(), failed.profile()),
        Optional.of(failed.source()),
        failed.profile(),
        "vectorkeeper verify %s --profile %s".formatted(failed.source(), failed.profile()),
        action(
            "Verify again",
            "/v1/sources/" + path(failed.source()) + "/verification",
            Map.of("profile", failed.profile())));
  }

  private static Attention ready(MigrationSummary migration) {
    return about(
        Level.NOTICE,
        "cutover",
        "The migration of %s from %s to %s is verified and can be cut over."
            .formatted(migration.source(), migration.from(), migration.to()),
        Optional.of(migration.source()),
        migration.to(),
        "vectorkeeper migrate cutover " + migration.source(),
        Optional.empty());
  }

  private static boolean isFailed(ScheduleStatus schedule) {
    return schedule.last().filter(run -> run.outcome().matches("failed|lost")).isPresent();
  }

  private static Attention failed(ScheduleStatus schedule) {
    return new Attention(
        Level.WARNING,
        schedule.last().flatMap(run -> run.errorCode()).orElse("schedule-lost"),
        "The last run of the schedule %s %s"
            .formatted(
                schedule.name(),
                schedule
                    .last()
                    .flatMap(run -> run.errorMessage())
                    .map(message -> "failed: " + message)
                    .orElse("was lost with its process.")),
        Optional.of(schedule.source()),
        Optional.empty(),
        "vectorkeeper schedule run " + schedule.name(),
        action("Run it now", "/v1/schedules/" + path(schedule.name()) + "/run", Map.of()));
  }

  private static Attention about(
      Level level,
      String code,
      String sentence,
      Optional<String> source,
      String profile,
      String command,
      Optional<Action> action) {
    return new Attention(level, code, sentence, source, Optional.of(profile), command, action);
  }

  private static Optional<Action> action(String label, String path, Map<String, Object> body) {
    return Optional.of(new Action(label, path, body));
  }

  private static String path(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
