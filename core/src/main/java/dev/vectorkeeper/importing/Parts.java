package dev.vectorkeeper.importing;

import dev.vectorkeeper.importing.Functions.Function;
import dev.vectorkeeper.importing.Functions.TriggerOf;
import dev.vectorkeeper.postgres.SqlName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Finds what makes or queues vectors by itself: triggers, functions and jobs of pg_cron. */
final class Parts {
  private static final String CRON =
      """
      select exists (
        select from pg_namespace n join pg_class c on c.relnamespace = n.oid
        where n.nspname = 'cron' and c.relname = 'job'
          and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))
      """;

  private static final String JOBS =
      "select jobid, coalesce(jobname::text, '') as name, schedule::text as schedule, command::text as command, active from cron.job order by jobid";

  private final Handle handle;
  private final List<Function> functions;

  Parts(Handle handle, List<Function> functions) {
    this.handle = handle;
    this.functions = functions;
  }

  /** Those that concern what was found, triggers first. */
  List<Part> of(List<Handmade> found, List<Queue> queues) {
    Set<Function> concerned = new LinkedHashSet<>();
    List<Part> parts = new ArrayList<>();
    for (Function function : functions) {
      boolean concerns =
          found.stream()
                  .anyMatch(
                      f ->
                          function.concerns(f.rows(), f.vectors().name())
                              || function.concerns(f.vectors().table(), f.vectors().name()))
              || queues.stream().anyMatch(queue -> function.mentions(last(queue.table())));
      if (concerns && !function.searches()) {
        concerned.add(function);
        function.triggers().forEach(trigger -> parts.add(trigger(function, trigger)));
      }
    }
    parts.addAll(jobs(concerned));
    concerned.forEach(
        function ->
            parts.add(
                new Part(
                    "the function " + function.signature(),
                    "",
                    "drop function " + function.signature() + ";")));
    queues.forEach(
        queue ->
            parts.add(
                new Part(
                    "the queue " + queue.table(),
                    "",
                    "drop table %s; -- renamed before, its name can be that of a view of what waits: views: {queue: %s}"
                        .formatted(queue.table(), queue.table()))));
    return parts;
  }

  private static String last(String table) {
    return table.substring(table.lastIndexOf('.') + 1).replace("\"", "");
  }

  private static Part trigger(Function function, TriggerOf trigger) {
    String name = Written.identifier(trigger.name());
    String table = Written.name(trigger.table());
    return new Part(
        "the trigger %s on %s, which calls %s".formatted(trigger.name(), table, function.name()),
        "alter table %s disable trigger %s;".formatted(table, name),
        "drop trigger %s on %s;".formatted(name, table));
  }

  private List<Part> jobs(Set<Function> concerned) {
    if (!handle.createQuery(CRON).mapTo(Boolean.class).one()) {
      return List.of();
    }
    return handle
        .createQuery(JOBS)
        .map(
            (row, context) ->
                job(
                    concerned,
                    row.getLong("jobid"),
                    row.getString("name"),
                    row.getString("schedule"),
                    row.getString("command")))
        .list()
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Part> job(
      Set<Function> concerned, long id, String name, String schedule, String command) {
    boolean concerns =
        command.toLowerCase(java.util.Locale.ROOT).contains("embed")
            || concerned.stream().anyMatch(f -> command.contains(last(f.name())));
    if (!concerns || command.contains("/v1/sources/")) {
      return Optional.empty();
    }
    return Optional.of(
        new Part(
            "the job %s of pg_cron (%s)".formatted(name.isEmpty() ? id : name, schedule),
            "select cron.alter_job(%d, active := false);".formatted(id),
            name.isEmpty()
                ? "select cron.unschedule(%d);".formatted(id)
                : "select cron.unschedule(%s);".formatted(SqlName.literal(name))));
  }
}
