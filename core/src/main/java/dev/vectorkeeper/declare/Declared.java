package dev.vectorkeeper.declare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The catalog's rows for what a file declares, written by {@code apply} alone. */
final class Declared {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String CHANGES = "changes";

  private static final Object[] NOTHING = {};

  private static final String ADD_PROFILE =
      """
      insert into vectorkeeper.profile (name, provider, model, dimensions, task, shape, fingerprint)
      values (:name, :provider, :model, :dimensions, :task, cast(:shape as jsonb), :fingerprint)
      on conflict (name) do nothing
      """;

  private static final String PUT_SOURCE =
      """
      insert into vectorkeeper.source
        (name, relation, table_schema, table_name, key_columns, captured_columns, definition, sync, all_view, active_view,
         match_function, min_coverage)
      values (:name, cast(:relation as oid), :schema, :table, cast(:keys as jsonb), cast(:captured as jsonb),
              cast(:definition as jsonb), :sync, :allView, :activeView,
              :matchFunction, :minCoverage)
      on conflict (name) do update
      set relation = excluded.relation, table_schema = excluded.table_schema, table_name = excluded.table_name,
          key_columns = excluded.key_columns, captured_columns = excluded.captured_columns,
          definition = excluded.definition, sync = excluded.sync, all_view = excluded.all_view,
          active_view = excluded.active_view, match_function = excluded.match_function,
          min_coverage = excluded.min_coverage
      """;

  private static final String ADD_COLLECTION =
      """
      insert into vectorkeeper.collection as collection (source_id, profile_id, table_schema, table_name, vector_column, index_definition, state)
      select s.source_id, p.profile_id, :schema, :table, :column, cast(:index as jsonb), 'building'
      from vectorkeeper.source s, vectorkeeper.profile p where s.name = :source and p.name = :profile
      on conflict (source_id, profile_id) do update
      set table_schema = excluded.table_schema, table_name = excluded.table_name,
          vector_column = excluded.vector_column, index_definition = excluded.index_definition, state = 'building', sweeps_done = 0, created_at = now()
      where collection.state = 'retired'
      """;

  private static final String ACTIVATE_FIRST =
      """
      insert into vectorkeeper.embedding_settings (source_id, collection_id)
      select s.source_id, c.collection_id
      from vectorkeeper.source s
      join vectorkeeper.profile p on p.name = :profile
      join vectorkeeper.collection c on c.source_id = s.source_id and c.profile_id = p.profile_id
      where s.name = :source
      on conflict (source_id) do nothing
      """;

  private static final String DEFINITION =
      "select definition::text from vectorkeeper.source where name = :name";

  private static final String CAPTURED =
      "select captured_columns::text from vectorkeeper.source where name = :name";

  private Declared() {}

  static void addProfile(Handle handle, String name, Space space) {
    handle
        .createUpdate(ADD_PROFILE)
        .bind("name", name)
        .bind("provider", space.provider())
        .bind("model", space.model())
        .bind("dimensions", space.dimensions())
        .bind("task", space.task())
        .bind("shape", write(space.shape()))
        .bind("fingerprint", space.fingerprint())
        .execute();
  }

  static void putSource(
      Handle handle,
      SourceDefinition source,
      SourceTable table,
      RowKeys keys,
      List<Column> captured) {
    handle
        .createUpdate(PUT_SOURCE)
        .bind("name", source.name())
        .bind("relation", table.relation())
        .bind("schema", table.name().schema())
        .bind("table", table.name().name())
        .bind("keys", write(keys.columns()))
        .bind("captured", write(captured))
        .bind("definition", definition(source, table))
        .bind("sync", source.sync().name().toLowerCase(Locale.ROOT))
        .bindArray("allView", String.class, parts(Names.allView(source, table)))
        .bindArray("activeView", String.class, parts(Names.activeView(source, table)))
        .bindArray("matchFunction", String.class, parts(Names.matchFunction(source, table)))
        .bind("minCoverage", source.minCoverage())
        .execute();
  }

  private static Object[] parts(SqlName name) {
    return new Object[] {name.schema(), name.name()};
  }

  static void addCollection(
      Handle handle,
      String source,
      String profile,
      SqlName table,
      Optional<String> column,
      IndexDefinition index) {
    handle
        .createUpdate(ADD_COLLECTION)
        .bind("source", source)
        .bind("profile", profile)
        .bind("schema", table.schema())
        .bind("table", table.name())
        .bind("column", column.orElse(null))
        .bind("index", write(index))
        .execute();
  }

  static void activateFirst(Handle handle, SourceDefinition source) {
    handle
        .createUpdate(ACTIVATE_FIRST)
        .bind("source", source.name())
        .bind("profile", source.collections().get(0))
        .execute();
  }

  /**
   * Whether what is embedded of the catalog's source is declared otherwise than here, so that its
   * rows must be looked at again.
   */
  static boolean differs(Handle handle, SourceDefinition source, SourceTable table) {
    String stored =
        handle.createQuery(DEFINITION).bind("name", source.name()).mapTo(String.class).one();
    try {
      return !content(stored).equals(content(definition(source, table)));
    } catch (JsonProcessingException e) {
      return true;
    }
  }

  private static ObjectNode content(String definition) throws JsonProcessingException {
    ObjectNode content = JSON.readValue(definition, ObjectNode.class);
    content.remove(CHANGES);
    return content;
  }

  /** The coverage in percent that the catalog asks for before a switch. */
  static BigDecimal minCoverage(Handle handle, String source) {
    return handle
        .createQuery("select min_coverage from vectorkeeper.source where name = :name")
        .bind("name", source)
        .mapTo(BigDecimal.class)
        .one();
  }

  /** The columns that the source's text and filter depended on when it was declared. */
  static List<Column> captured(Handle handle, String source) {
    String stored = handle.createQuery(CAPTURED).bind("name", source).mapTo(String.class).one();
    try {
      return List.of(JSON.readValue(stored, Column[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the catalog's captured columns are not understood", e);
    }
  }

  private static String definition(SourceDefinition source, SourceTable table) {
    Map<String, Object> definition = new LinkedHashMap<>();
    definition.put("table", source.table().orSchema("public").toString());
    definition.put("text", source.content().text().toString());
    source.content().where().ifPresent(where -> definition.put("where", where));
    source.content().chunking().ifPresent(chunking -> definition.put("chunking", chunking));
    definition.put("sync", source.sync().name());
    definition.put("keyNames", source.placement().keyNames());
    source.placement().allView().ifPresent(view -> definition.put("allView", view.toString()));
    source
        .placement()
        .activeView()
        .ifPresent(view -> definition.put("activeView", view.toString()));
    Map<String, Object> changes = new LinkedHashMap<>();
    changes.put("triggers", new TreeMap<>(source.changes().triggers()));
    changes.put("queue", Names.queueView(source, table).map(Declared::parts).orElse(NOTHING));
    changes.put("queueKeys", new TreeMap<>(source.changes().queueKeys()));
    definition.put(CHANGES, changes);
    return write(definition);
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a declaration could not be written", e);
    }
  }
}
