package dev.vectorkeeper.derived;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Derived vectors in the catalog.
 *
 * @param id its number
 * @param name its name
 * @param sourceId the number of the source whose rows are the items
 * @param relation the table of the links by its object identifier
 * @param links how links are read
 * @param entityType the type of the entity's column
 * @param allView the view over all collections
 * @param activeView the view over the active one
 */
record Derived(
    int id,
    String name,
    int sourceId,
    long relation,
    Links links,
    String entityType,
    SqlName allView,
    SqlName activeView) {

  /**
   * How links are read.
   *
   * @param schema the schema of their table
   * @param table the name of their table
   * @param entity the column of the entity
   * @param item the column of the item
   * @param weight the column of the weight, if there is one
   * @param at the column of the time, if links fade
   * @param halfLifeSeconds the time after which a link counts half, if links fade
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Links(
      String schema,
      String table,
      String entity,
      String item,
      @Nullable String weight,
      @Nullable String at,
      @Nullable Double halfLifeSeconds) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String ALL =
      """
      select derived_id, name, source_id, links::bigint as links, definition::text as definition, entity_type, all_view,
             active_view
      from vectorkeeper.derived order by derived_id
      """;

  private static final String TABLES =
      "select collection_id, table_schema, table_name from vectorkeeper.derived_collection where derived_id = :id";

  /** All that the catalog holds. */
  static List<Derived> all(Handle handle) {
    return handle.createQuery(ALL).map((row, context) -> read(row)).list();
  }

  private static Derived read(ResultSet row) throws SQLException {
    try {
      return new Derived(
          row.getInt("derived_id"),
          row.getString("name"),
          row.getInt("source_id"),
          row.getLong("links"),
          JSON.readValue(row.getString("definition"), Links.class),
          row.getString("entity_type"),
          name(row, "all_view"),
          name(row, "active_view"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "the catalog holds derived vectors that are not understood", e);
    }
  }

  private static SqlName name(ResultSet row, String column) throws SQLException {
    String[] parts = (String[]) row.getArray(column).getArray();
    return new SqlName(parts[0], parts[1]);
  }

  static String json(Links links) {
    try {
      return JSON.writeValueAsString(links);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("derived vectors could not be written", e);
    }
  }

  /** The log of entities to be looked at again; one without an entity stands for all of them. */
  SqlName log() {
    return SqlName.catalog("derived_change_" + id);
  }

  /** The tables of its vectors, by the number of the collection. */
  Map<Integer, SqlName> tables(Handle handle) {
    return handle
        .createQuery(TABLES)
        .bind("id", id)
        .map(
            (row, context) ->
                Map.entry(row.getInt(1), new SqlName(row.getString(2), row.getString(3))))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Those of some collections that are of its source. */
  List<Collection> of(List<Collection> collections) {
    return collections.stream().filter(c -> c.source().id() == sourceId).toList();
  }
}
