package dev.vectorkeeper.capture;

import dev.vectorkeeper.source.KeyColumn;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What has come apart between a source as it was declared and its table as it is now. None of it
 * makes an application's write fail; each finding says what to do.
 */
public final class CaptureDrift {
  private static final String TRIGGERS =
      """
      select t.tgname,
             case when t.tgenabled = 'D' or exists (
               select from pg_trigger p
               where p.tgname = t.tgname and p.tgenabled = 'D' and p.tgrelid in (
                 select relid from pg_partition_tree(t.tgrelid::regclass)))
               then 'D' else t.tgenabled::text end as enabled,
             cardinality(t.tgattr::int2[]) > 0 as limited
      from pg_trigger t
      join pg_proc f on f.oid = t.tgfoid
      join pg_namespace n on n.oid = f.pronamespace and n.nspname = 'vectorkeeper'
      where t.tgrelid = cast(:relation as oid)
      """;

  private static final String BARE_PARTITIONS =
      """
      select string_agg(t.relid::regclass::text, ', ')
      from pg_partition_tree(cast(:relation as oid)::regclass) t
      join pg_class c on c.oid = t.relid and c.relkind in ('r', 'p')
      where t.relid <> cast(:relation as oid)
        and not exists (select from pg_trigger g where g.tgrelid = t.relid and g.tgname = :trigger)
      """;

  private static final String CONTENT = "select to_regclass(:view) is not null";

  private static final String VECTOR_COLUMNS =
      """
      select c.vector_column from vectorkeeper.collection c
      where c.source_id = :source and c.state <> 'retired' and c.vector_column is not null
      """;

  private static final String UNPROTECTED =
      """
      select string_agg(v.oid::regclass::text, ', ')
      from vectorkeeper.collection c
      join pg_class v on v.oid = to_regclass(format('%I.%I', c.table_schema, c.table_name))
      where c.source_id = :source and c.state <> 'retired' and v.relkind = 'r' and not v.relrowsecurity
      """;

  /**
   * Something that came apart.
   *
   * @param code a stable code
   * @param sentence what it is and what to do, for people
   * @param repairable whether {@code apply} with an unchanged file repairs it
   */
  public record Finding(String code, String sentence, boolean repairable) {}

  private record Trigger(String enabled, boolean limited) {}

  private final Source source;
  private final List<Column> captured;
  private final List<Finding> findings = new ArrayList<>();

  private CaptureDrift(Source source, List<Column> captured) {
    this.source = source;
    this.captured = captured;
  }

  /** Compares a source with its table. */
  public static List<Finding> find(Handle handle, Source source, List<Column> captured) {
    CaptureDrift drift = new CaptureDrift(source, captured);
    Optional<SourceTable> table = SourceTable.find(handle, source.relation());
    Optional<SourceTable> ofTheName = SourceTable.find(handle, source.table());
    if (ofTheName.filter(found -> found.relation() != source.relation()).isPresent()) {
      drift.add(
          "VK-W01",
          "the table %s is another one than was applied: made anew, or restored from a dump. Its changes are missed until you run \"vectorkeeper apply\"."
              .formatted(source.table()),
          true);
      return drift.findings;
    }
    if (table.isEmpty()) {
      drift.add(
          "VK-W01",
          "the table %s is gone. Take the source out of the file, or restore the table and apply again."
              .formatted(source.table()),
          false);
      return drift.findings;
    }
    drift.compareNames(table.get());
    drift.compareVectorColumns(handle, table.get());
    drift.compareTriggers(handle, table.get());
    drift.compareProtection(handle, table.get());
    if (!handle
        .createQuery(CONTENT)
        .bind("view", source.content().sql())
        .mapTo(Boolean.class)
        .one()) {
      drift.add(
          "VK-W04",
          "the view %s is gone, so nothing can be read. Run \"vectorkeeper apply\"."
              .formatted(source.content()),
          true);
    }
    return drift.findings;
  }

  private void add(String code, String sentence, boolean repairable) {
    findings.add(new Finding(code, sentence, repairable));
  }

  private void compareNames(SourceTable table) {
    if (!table.name().equals(source.table())) {
      add(
          "VK-W02",
          "the table %s is now called %s. Its changes are still captured; name it so in the file."
              .formatted(source.table(), table.name()),
          false);
    }
    Map<Integer, String> now = new HashMap<>();
    table.columns().forEach(column -> now.put(column.position(), column.name()));
    Map<Integer, String> declared = new HashMap<>();
    captured.forEach(column -> declared.put(column.position(), column.name()));
    for (KeyColumn column : source.keys().columns()) {
      declared.put(column.position(), column.name());
    }
    declared.forEach((position, name) -> compareColumn(table, name, now.get(position)));
  }

  private void compareColumn(SourceTable table, String declared, @Nullable String now) {
    if (now == null) {
      add(
          "VK-W03",
          "the column %s of %s was dropped. The application's writes go on, but the rows' text can no longer be read; change the source in the file and apply."
              .formatted(declared, table.name()),
          false);
    } else if (!now.equals(declared)) {
      add(
          "VK-W02",
          "the column %s of %s is now called %s. Its changes are still captured; name it so in the file and apply."
              .formatted(declared, table.name(), now),
          false);
    }
  }

  private void compareTriggers(Handle handle, SourceTable table) {
    Map<String, Trigger> present = new HashMap<>();
    handle
        .createQuery(TRIGGERS)
        .bind("relation", table.relation())
        .map(
            (row, context) ->
                present.put(row.getString(1), new Trigger(row.getString(2), row.getBoolean(3))))
        .list();
    Stream.concat(
            Stream.of("insert", "update", "rekey", "delete", "truncate"),
            vectorColumns(handle).isEmpty() ? Stream.empty() : Stream.of("vector"))
        .forEach(
            event -> {
              Trigger trigger = present.get(source.trigger(event));
              if (trigger == null) {
                add(
                    "VK-W04",
                    "the trigger for %s on %s is gone, so such changes are missed. Run \"vectorkeeper apply\"."
                        .formatted(event, table.name()),
                    true);
              } else if (trigger.enabled().equals("D")) {
                add(
                    "VK-W05",
                    "the trigger for %s on %s is disabled, so such changes are missed. Run \"vectorkeeper apply\"."
                        .formatted(event, table.name()),
                    true);
              }
            });
    Trigger update = present.get(source.trigger("update"));
    if (update != null && update.limited() && table.facts().beforeUpdate()) {
      add(
          "VK-W06",
          "%s has a new trigger before update that may change the text unseen. Run \"vectorkeeper apply\", which then watches every update."
              .formatted(table.name()),
          true);
    }
    if (update != null && table.facts().subscribed() && !update.enabled().equals("A")) {
      add(
          "VK-W13",
          "logical replication writes to %s, which its triggers do not see. Run \"vectorkeeper apply\"."
              .formatted(table.name()),
          true);
    }
    if (table.facts().partitioned()) {
      handle
          .createQuery(BARE_PARTITIONS)
          .bind("relation", table.relation())
          .bind("trigger", source.trigger("truncate"))
          .mapTo(String.class)
          .findOne()
          .ifPresent(
              names ->
                  add(
                      "VK-W07",
                      "truncating the partitions %s of %s would go unseen until the next reconciliation. Run \"vectorkeeper apply\"."
                          .formatted(names, table.name()),
                      true));
    }
  }

  private List<String> vectorColumns(Handle handle) {
    return handle
        .createQuery(VECTOR_COLUMNS)
        .bind("source", source.id())
        .mapTo(String.class)
        .list();
  }

  private void compareVectorColumns(Handle handle, SourceTable table) {
    vectorColumns(handle).stream()
        .filter(column -> table.column(column).isEmpty())
        .forEach(
            column ->
                add(
                    "VK-W03",
                    "the column %s of %s, which holds vectors, was dropped or renamed. The application's writes go on, but no vector can be stored; give the column its name back."
                        .formatted(column, table.name()),
                    false));
  }

  private void compareProtection(Handle handle, SourceTable table) {
    if (!table.facts().rowSecurity()) {
      return;
    }
    handle
        .createQuery(UNPROTECTED)
        .bind("source", source.id())
        .mapTo(String.class)
        .findOne()
        .ifPresent(
            names ->
                add(
                    "VK-W12",
                    "%s has row level security, but its vectors in %s are shown to all who may read them. Run \"vectorkeeper apply\"."
                        .formatted(table.name(), names),
                    true));
  }
}
