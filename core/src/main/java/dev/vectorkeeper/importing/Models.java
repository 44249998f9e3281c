package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Which models made the vectors of a column, as the columns beside it say. */
final class Models {
  private static final Map<String, List<String>> NAMES = names();

  private static final String GROUPS =
      """
      select {columns}, {vectors}.vector_dims(f.{vector}) as vector_dims, count(*) as vectors
      from {table} f where f.{vector} is not null
      group by {columns}, vector_dims order by vectors desc, {columns} limit 20
      """;

  private static final String IN_USE =
      "select s.provider::text || '/' || s.model::text from {settings} s order by 1 limit 10";

  private final Handle handle;
  private final String vectors;

  Models(Handle handle, String vectorSchema) {
    this.handle = handle;
    this.vectors = SqlName.quote(vectorSchema);
  }

  private static Map<String, List<String>> names() {
    Map<String, List<String>> names = new LinkedHashMap<>();
    names.put("provider", List.of("provider", "vendor", "embedding_provider"));
    names.put("model", List.of("model", "model_name", "embedding_model", "model_id"));
    names.put("dimensions", List.of("dimensions", "dims", "dim", "dimension"));
    names.put("task", List.of("task", "task_type", "embedding_task"));
    return names;
  }

  /** The columns that tell models apart, by what they tell. */
  static Map<String, String> columns(SourceTable table) {
    Map<String, String> found = new LinkedHashMap<>();
    NAMES.forEach(
        (what, names) ->
            names.stream()
                .flatMap(name -> table.columns().stream().map(Column::name).filter(name::equals))
                .findFirst()
                .ifPresent(name -> found.put(what, name)));
    boolean tells = found.containsKey("provider") || found.containsKey("model");
    return tells ? found : Map.of();
  }

  /** Whether a name is one of a column that tells models apart. */
  static boolean isOne(String column) {
    return NAMES.values().stream().anyMatch(names -> names.contains(column));
  }

  /**
   * The models, those with most vectors first; one of which nothing is known where no column tells.
   */
  List<Made> of(VectorColumn column) {
    Map<String, String> told = columns(column.table());
    if (told.isEmpty()) {
      return column
          .dimensions()
          .map(
              dimensions ->
                  List.of(
                      new Made(
                          Optional.empty(),
                          Optional.empty(),
                          dimensions,
                          Optional.empty(),
                          Optional.empty(),
                          column.vectors())))
          .orElse(List.of());
    }
    List<Made> made = groups(column, told);
    return made.size() > 1
        ? made
        : made.stream()
            .map(
                only ->
                    new Made(
                        only.provider(),
                        only.model(),
                        only.dimensions(),
                        only.task(),
                        Optional.empty(),
                        only.vectors()))
            .toList();
  }

  private List<Made> groups(VectorColumn column, Map<String, String> told) {
    String columns =
        told.values().stream()
            .map(name -> "f." + SqlName.quote(name))
            .collect(Collectors.joining(", "));
    return handle
        .createQuery(
            Written.sql(
                GROUPS,
                "columns",
                columns,
                "vectors",
                vectors,
                "vector",
                column.quoted(),
                "table",
                column.table().name().sql()))
        .map(
            (row, context) -> {
              Map<String, @Nullable String> values = new LinkedHashMap<>();
              for (Map.Entry<String, String> entry : told.entrySet()) {
                values.put(entry.getKey(), row.getString(entry.getValue()));
              }
              return new Made(
                  value(values, "provider"),
                  value(values, "model"),
                  row.getInt("vector_dims"),
                  value(values, "task"),
                  Optional.of(condition(column.table(), told, values)),
                  row.getLong("vectors"));
            })
        .list();
  }

  private static Optional<String> value(Map<String, @Nullable String> values, String what) {
    return Optional.ofNullable(values.get(what)).filter(text -> !text.isBlank());
  }

  private static String condition(
      SourceTable table, Map<String, String> told, Map<String, @Nullable String> values) {
    return told.entrySet().stream()
        .map(
            entry -> {
              String value = values.get(entry.getKey());
              String name = Written.identifier(entry.getValue());
              boolean number =
                  table
                      .column(entry.getValue())
                      .filter(c -> c.type().endsWith("int") || c.type().equals("integer"))
                      .isPresent();
              return value == null
                  ? name + " is null"
                  : name + " = " + (number ? value : SqlName.literal(value));
            })
        .collect(Collectors.joining(" and "));
  }

  /**
   * The same with those first that a hand-made {@code embedding_settings} names as the ones in use.
   */
  List<Made> inUseFirst(List<Made> made, String schema) {
    Optional<SourceTable> settings =
        Stream.of("embedding_settings", "embedding_settings" + FreeNames.BEFORE)
            .flatMap(name -> SourceTable.find(handle, new SqlName(schema, name)).stream())
            .filter(
                table ->
                    table.facts().kind().equals("r")
                        && table.column("provider").isPresent()
                        && table.column("model").isPresent()
                        && table.facts().missingRights().stream()
                            .noneMatch(right -> right.contains("select")))
            .findFirst();
    if (settings.isEmpty()) {
      return made;
    }
    List<String> used =
        handle
            .createQuery(Written.sql(IN_USE, "settings", settings.get().name().sql()))
            .mapTo(String.class)
            .list();
    return made.stream()
        .sorted(
            Comparator.comparing(
                one -> !used.contains(one.provider().orElse("") + "/" + one.model().orElse(""))))
        .toList();
  }
}
