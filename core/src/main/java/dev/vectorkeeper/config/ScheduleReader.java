package dev.vectorkeeper.config;

import dev.vectorkeeper.run.Operation;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.schedule.Cron;
import dev.vectorkeeper.schedule.ScheduleDefinition;
import dev.vectorkeeper.schedule.ScheduleDefinition.Missed;
import dev.vectorkeeper.schedule.ScheduleDefinition.Overlap;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one entry below {@code schedules}. */
final class ScheduleReader {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,59}");

  private final Problems problems;
  private final RunReader runs;

  ScheduleReader(Problems problems, RunReader runs) {
    this.problems = problems;
    this.runs = runs;
  }

  Optional<ScheduleDefinition> read(String name, Section section) {
    RunReader.allow(section, "cron", "time-zone", "overlap", "missed", "enabled");
    if (!NAME.matcher(name).matches()) {
      problems.add(
          section.line(),
          "the schedule's name \"%s\" must be made of at most 60 lower case letters, digits, - and _"
              .formatted(name));
    }
    String zone = section.text("time-zone").orElse("UTC");
    Optional<Cron> cron =
        section.required("cron").flatMap(text -> section.read("cron", c -> Cron.parse(c, zone)));
    Optional<Operation> operation =
        section
            .required("operation")
            .flatMap(text -> section.choice("operation", "queue", "sync", "backfill"))
            .map(text -> Operation.valueOf(text.toUpperCase(Locale.ROOT)));
    Optional<String> source = runs.source(section);
    var arguments = runs.arguments(section);
    Optional<String> overlap = section.choice("overlap", "skip", "wait");
    Optional<String> missed = section.choice("missed", "run", "skip");
    boolean enabled = section.flag("enabled").orElse(true);
    if (cron.isEmpty() || operation.isEmpty() || source.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ScheduleDefinition(
            name,
            cron.get(),
            RunRequest.of(operation.get(), source.get(), arguments),
            Overlap.valueOf(overlap.orElse("skip").toUpperCase(Locale.ROOT)),
            Missed.valueOf(missed.orElse("run").toUpperCase(Locale.ROOT)),
            enabled));
  }
}
