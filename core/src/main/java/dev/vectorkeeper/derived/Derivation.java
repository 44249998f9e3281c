package dev.vectorkeeper.derived;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;

/**
 * Makes the vectors of entities anew whose links, or whose items' vectors, changed. An entity's
 * vector is the mean of its items' vectors, weighted and normalised; that only the age of links
 * relative to each other matters makes it the same at whatever time it is computed.
 *
 * <p>The entities are taken off the log first and everything is read after that, in one
 * transaction: what changes meanwhile is in the log again. One process at a time works for each
 * derived table, so that no older result overwrites a newer one.
 */
public final class Derivation {
  private static final int ENTITIES = 1_000;

  /** Two numbers that no other lock of the catalog's begins with. */
  private static final String LOCK = "select pg_try_advisory_xact_lock(1986742894, :id)";

  private static final String TAKE =
      """
      with taken as (
        delete from {log} where ctid = any (array(select ctid from {log} limit :most)) returning entity)
      select distinct entity from taken
      """;

  /** The entities that have links, and those that have a vector and may have none any more. */
  private static final String ALL =
      "insert into {log} (entity) select {entity}::text from {links} l where {entity} is not null{stored}";

  private static final String LINKED =
      """
      select l.{entity}::text as entity, ({weight})::double precision as weight, {vectors}.vector_send(c.embedding) as embedding
      from {links} l join {table} c on c.{key} = l.{item}
      where l.{entity} = any (cast(cast(:entities as text[]) as {type}[]))
      """;

  private static final String PUT =
      """
      insert into {table} (entity, embedding, items)
      select cast(w.entity as {type}), cast(w.embedding as {vector}), w.items
      from unnest(cast(:entities as text[]), cast(:embeddings as text[]), cast(:items as integer[])) w(entity, embedding, items)
      on conflict (entity) do update
      set embedding = excluded.embedding, items = excluded.items, computed_at = excluded.computed_at
      """;

  private static final String REMOVE =
      """
      delete from {table} where entity = any (cast(cast(:entities as text[]) as {type}[]))
        and not entity = any (cast(cast(:kept as text[]) as {type}[]))
      """;

  private final Database database;

  public Derivation(Database database) {
    this.database = database;
  }

  /** Does all that is to be done now; returns how many entities were looked at. */
  public int run() {
    List<Derived> all = database.jdbi().withHandle(Derived::all);
    int done = 0;
    for (Derived derived : all) {
      int last;
      do {
        last = database.jdbi().inTransaction(handle -> step(handle, derived));
        done += last;
      } while (last > 0);
    }
    return done;
  }

  private int step(Handle handle, Derived derived) {
    if (!handle.createQuery(LOCK).bind("id", derived.id()).mapTo(Boolean.class).one()) {
      return 0;
    }
    List<String> entities =
        handle
            .createQuery(SqlText.of(TAKE).with("log", derived.log()).sql())
            .bind("most", ENTITIES)
            .mapTo(String.class)
            .list();
    Map<Integer, SqlName> tables = derived.tables(handle);
    if (entities.contains(null)) {
      logAll(handle, derived, tables);
    }
    String[] known = entities.stream().filter(Objects::nonNull).toArray(String[]::new);
    if (known.length > 0) {
      for (Collection collection : derived.of(Catalog.collections(handle))) {
        SqlName table = tables.get(collection.id());
        if (table != null && collection.state() != Collection.State.RETIRED) {
          compute(handle, derived, collection, table, known);
        }
      }
    }
    return entities.size();
  }

  private static void logAll(Handle handle, Derived derived, Map<Integer, SqlName> tables) {
    StringBuilder stored = new StringBuilder();
    tables.values().forEach(t -> stored.append(" union select entity::text from ").append(t.sql()));
    handle.execute(
        SqlText.of(ALL)
            .with("log", derived.log())
            .with("entity", SqlName.quote(derived.links().entity()))
            .with("links", links(derived))
            .with("stored", stored.toString())
            .sql());
  }

  private static SqlName links(Derived derived) {
    return new SqlName(derived.links().schema(), derived.links().table());
  }

  /** The sum of an entity's vectors. */
  private static final class Sum {
    private final double[] components;
    private int items;

    Sum(int dimensions) {
      components = new double[dimensions];
    }

    /** Adds a vector in pgvector's binary form: dimensions, a reserved number, the components. */
    void add(double weight, byte[] sent) {
      ByteBuffer buffer = ByteBuffer.wrap(sent, 4, sent.length - 4);
      for (int i = 0; i < components.length; i++) {
        components[i] += weight * buffer.getFloat();
      }
      items++;
    }

    /** The sum at length one, as pgvector reads it; nothing where it has no direction. */
    java.util.Optional<String> normalised() {
      double length = Math.sqrt(Arrays.stream(components).map(c -> c * c).sum());
      if (!(length > 1e-30)) {
        return java.util.Optional.empty();
      }
      StringBuilder text = new StringBuilder(components.length * 12).append('[');
      for (int i = 0; i < components.length; i++) {
        text.append(i == 0 ? "" : ",").append((float) (components[i] / length));
      }
      return java.util.Optional.of(text.append(']').toString());
    }
  }

  private void compute(
      Handle handle, Derived derived, Collection collection, SqlName table, String[] entities) {
    Map<String, Sum> sums = new LinkedHashMap<>();
    handle
        .createQuery(linked(derived, collection))
        .bindArray("entities", String.class, (Object[]) entities)
        .setFetchSize(1_000)
        .map((row, context) -> new Linked(row.getString(1), row.getDouble(2), row.getBytes(3)))
        .forEach(
            linked ->
                sums.computeIfAbsent(
                        linked.entity(), e -> new Sum(collection.profile().space().dimensions()))
                    .add(linked.weight(), linked.embedding()));
    put(handle, derived, table, entities, sums);
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Linked(String entity, double weight, byte[] embedding) {}

  private void put(
      Handle handle, Derived derived, SqlName table, String[] entities, Map<String, Sum> sums) {
    List<String> kept = new ArrayList<>();
    List<String> embeddings = new ArrayList<>();
    List<Integer> items = new ArrayList<>();
    sums.forEach(
        (entity, sum) ->
            sum.normalised()
                .ifPresent(
                    embedding -> {
                      kept.add(entity);
                      embeddings.add(embedding);
                      items.add(sum.items);
                    }));
    handle
        .createUpdate(
            SqlText.of(PUT)
                .with("table", table)
                .with("type", derived.entityType())
                .with("vector", database.server().vectorType())
                .sql())
        .bindArray("entities", String.class, kept)
        .bindArray("embeddings", String.class, embeddings)
        .bindArray("items", Integer.class, items)
        .execute();
    handle
        .createUpdate(
            SqlText.of(REMOVE).with("table", table).with("type", derived.entityType()).sql())
        .bindArray("entities", String.class, (Object[]) entities)
        .bindArray("kept", String.class, kept)
        .execute();
  }

  private String linked(Derived derived, Collection collection) {
    Derived.Links links = derived.links();
    return SqlText.of(LINKED)
        .with("entity", SqlName.quote(links.entity()))
        .with("item", SqlName.quote(links.item()))
        .with("weight", weight(links))
        .with("links", links(derived))
        .with("table", collection.table())
        .with("key", collection.source().keys().targets(""))
        .with("type", derived.entityType())
        .with("vectors", SqlName.quote(database.server().vectorSchema().orElseThrow()))
        .sql();
  }

  /** A link without a weight or, where links fade, without a time does not count. */
  private static String weight(Derived.Links links) {
    String weight =
        links.weight() == null ? "1" : "coalesce(l." + SqlName.quote(links.weight()) + ", 0)";
    if (links.at() == null || links.halfLifeSeconds() == null) {
      return weight;
    }
    String at = "l." + SqlName.quote(links.at());
    return weight
        + " * coalesce(power(0.5::double precision, extract(epoch from max("
        + at
        + ") over (partition by l."
        + SqlName.quote(links.entity())
        + ") - "
        + at
        + ")::double precision / "
        + links.halfLifeSeconds()
        + "), 0)";
  }
}
