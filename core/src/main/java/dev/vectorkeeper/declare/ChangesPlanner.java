package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.queue.QueueView;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceDefinition.Changes;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Compares the names of a source's triggers and the view of its queue with what the file declares.
 */
final class ChangesPlanner {
  /** A trigger of one of these names that calls no function of the source's. */
  private static final String FOREIGN =
      """
      select t.tgname from pg_trigger t
      join pg_proc f on f.oid = t.tgfoid
      join pg_namespace n on n.oid = f.pronamespace
      where t.tgrelid = cast(:relation as oid) and t.tgname = any (:names)
        and not (n.nspname = 'vectorkeeper' and starts_with(f.proname::text, :prefix))
      limit 1
      """;

  private final SourceDefinition definition;
  private final SourceTable table;
  private final TakenNames taken;
  private final List<String> changes = new ArrayList<>();

  ChangesPlanner(SourceDefinition definition, SourceTable table, TakenNames taken) {
    this.definition = definition;
    this.table = table;
    this.taken = taken;
  }

  /**
   * A sentence for each that changes.
   *
   * @throws VectorkeeperException VK-A03 where a name is taken, VK-S10 where a key's name cannot
   *     be, VK-S05 or VK-S12 where the view may not be made
   */
  List<String> plan(Handle handle, Optional<Source> existing) {
    requireFreeTriggers(handle, existing);
    existing.ifPresent(this::planTriggers);
    requirePossibleKeys();
    planQueue(handle, existing.flatMap(source -> source.changes().queue()));
    existing.ifPresent(this::planQueueKeys);
    return changes;
  }

  private void requireFreeTriggers(Handle handle, Optional<Source> existing) {
    List<String> names = Changes.EVENTS.stream().map(this::trigger).toList();
    Optional<String> foreign =
        handle
            .createQuery(FOREIGN)
            .bind("relation", table.relation())
            .bindArray("names", String.class, names)
            .bind("prefix", existing.map(s -> "capture_" + s.id() + "_").orElse("-"))
            .mapTo(String.class)
            .findOne()
            .or(
                () ->
                    names.stream()
                        .filter(name -> !taken.takeTrigger(table.name(), name))
                        .findFirst());
    if (foreign.isPresent()) {
      throw new VectorkeeperException(
          "VK-A03",
          "There is already a trigger named %s on %s that does not capture changes for the source %s. Drop it, or choose another name: capture: {…}."
              .formatted(foreign.get(), table.name(), definition.name()));
    }
  }

  private String trigger(String event) {
    return definition.changes().trigger(definition.name(), event);
  }

  private void planTriggers(Source existing) {
    for (String event : Changes.EVENTS) {
      if (!existing.trigger(event).equals(trigger(event))) {
        changes.add(
            "rename the trigger %s on %s to %s"
                .formatted(existing.trigger(event), table.name(), trigger(event)));
      }
    }
  }

  private void requirePossibleKeys() {
    List<String> columns = table.key().stream().map(Column::name).toList();
    for (String name : definition.changes().queueKeys().keySet()) {
      if (!columns.contains(name)) {
        throw new VectorkeeperException(
            "VK-S10",
            "views.queue-key of the source %s names %s, which is no part of the primary key of %s (%s)."
                .formatted(definition.name(), name, table.name(), String.join(", ", columns)));
      }
    }
    if (definition.changes().queue().isEmpty()) {
      return;
    }
    Set<String> names = new HashSet<>(QueueView.COLUMNS);
    for (String name : QueueView.keyNames(table, definition.changes().queueKeys())) {
      if (!names.add(name)) {
        throw new VectorkeeperException(
            "VK-S10",
            "The queue of the source %s would have two columns named %s. Name its key's otherwise: views: {queue-key: …}."
                .formatted(definition.name(), name));
      }
    }
  }

  private void planQueue(Handle handle, Optional<SqlName> before) {
    Optional<SqlName> present =
        before.filter(view -> QueueView.isThere(handle, view, definition.name()));
    Optional<SqlName> wanted = Names.queueView(definition, table);
    if (wanted.isEmpty()) {
      before.ifPresent(view -> changes.add("drop the view " + view));
    } else if (!wanted.equals(present)) {
      SourceRights.requireCreatable(handle, table, wanted.get());
      if (wanted.equals(before)) {
        taken.release(wanted.get());
      }
      taken.requireFree(handle, wanted.get());
      changes.add(
          present
              .map(view -> "rename the view %s to %s".formatted(view, wanted.get()))
              .orElse("make the view " + wanted.get()));
    }
  }

  private void planQueueKeys(Source existing) {
    boolean kept =
        existing.changes().queue().isPresent() && definition.changes().queue().isPresent();
    if (kept && !existing.changes().queueKeys().equals(definition.changes().queueKeys())) {
      changes.add("rename the key's columns in the view of the queue of " + definition.name());
    }
  }
}
