package dev.vectorkeeper.derived;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.DerivedDefinition;
import dev.vectorkeeper.store.Grants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Makes true in the database what the file declares of derived vectors. */
public final class DerivedDeclarer {
  private static final String COLUMN =
      """
      select format_type(a.atttypid, a.atttypmod) from pg_attribute a
      where a.attrelid = cast(:relation as oid) and a.attname = :column and a.attnum > 0 and not a.attisdropped
      """;

  private static final String LINKS =
      """
      select c.oid::bigint as relation, c.relkind = 'p' as partitioned, c.relrowsecurity as secured,
             has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'trigger') as allowed
      from pg_class c where c.oid = to_regclass(:name) and c.relkind in ('r', 'p')
      """;

  private static final String PUT =
      """
      insert into vectorkeeper.derived (name, source_id, links, definition, entity_type, all_view, active_view)
      values (:name, :source, cast(:links as oid), cast(:definition as jsonb), :type, :all, :active)
      on conflict (name) do update
      set source_id = excluded.source_id, links = excluded.links, definition = excluded.definition
      """;

  private static final String ADD_TABLE =
      """
      insert into vectorkeeper.derived_collection (derived_id, collection_id, table_schema, table_name)
      values (:id, :collection, :schema, :table) on conflict do nothing
      """;

  private static final String CREATE_LOG =
      """
      create table if not exists {log} (entity text, logged_at timestamptz not null default clock_timestamp())
      with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)
      """;

  private static final String CREATE_TABLE =
      """
      create table if not exists {table} (
        entity {type} primary key, embedding {vector}({dimensions}) not null, items integer not null,
        computed_at timestamptz not null default clock_timestamp())
      """;

  /**
   * A link's row is read as JSON: a column that is renamed or changes its type later makes every
   * entity be looked at again, and never fails a write of the application's.
   */
  private static final String LINK_STATEMENT =
      """
      create or replace function {function}() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $derived$
      begin
        if tg_op = 'INSERT' then
          insert into {log} (entity) select distinct to_jsonb(n)->>{entity} from new_rows n;
        elsif tg_op = 'DELETE' then
          insert into {log} (entity) select distinct to_jsonb(o)->>{entity} from old_rows o;
        elsif tg_op = 'UPDATE' then
          insert into {log} (entity)
          select distinct r.link->>{entity} from (
            (select to_jsonb(o) as link from old_rows o except all select to_jsonb(n) from new_rows n)
            union all
            (select to_jsonb(n) from new_rows n except all select to_jsonb(o) from old_rows o)) r;
        else
          insert into {log} (entity) values (null);
        end if;
        return null;
      end $derived$
      """;

  private static final String LINK_ROW =
      """
      create or replace function {function}() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $derived$
      begin
        if tg_op in ('UPDATE', 'DELETE') then
          insert into {log} (entity) values (to_jsonb(old)->>{entity});
        end if;
        if tg_op in ('UPDATE', 'INSERT') then
          insert into {log} (entity) values (to_jsonb(new)->>{entity});
        end if;
        if tg_op = 'TRUNCATE' then
          insert into {log} (entity) values (null);
        end if;
        return null;
      end $derived$
      """;

  /** Stands on a collection's table, so that whatever changes a vector there is seen. */
  private static final String ITEM =
      """
      create or replace function {function}() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $derived$
      begin
        if tg_op = 'INSERT' then
          insert into {log} (entity)
          select distinct l.{entity}::text from {links} l join new_rows n on n.{key} = l.{item} where l.{entity} is not null;
        elsif tg_op = 'TRUNCATE' then
          insert into {log} (entity) values (null);
        elsif tg_op = 'UPDATE' then
          insert into {log} (entity)
          select distinct l.{entity}::text from {links} l join new_rows n on n.{key} = l.{item} where l.{entity} is not null;
        else
          insert into {log} (entity)
          select distinct l.{entity}::text from {links} l join old_rows o on o.{key} = l.{item} where l.{entity} is not null;
        end if;
        return null;
      exception when undefined_column or undefined_table or datatype_mismatch or undefined_function then
        insert into {log} (entity) values (null);
        return null;
      end $derived$
      """;

  private static final String RETIRED =
      """
      select d.collection_id, d.table_schema, d.table_name
      from vectorkeeper.derived_collection d join vectorkeeper.collection c using (collection_id)
      where d.derived_id = :id and c.state = 'retired'
      """;

  private static final String BRANCH =
      """
      select d.entity as {entity}, {profile}::text as profile, {provider}::text as provider, {model}::text as model,
             {dimensions} as dimensions, {task}::text as task, d.embedding::{vector} as embedding, d.items, d.computed_at,
             {collection} as collection_id
      from {table} d
      """;

  private static final String ACTIVE =
      """
      select u.* from ({branches}) u
      where u.collection_id = (
        select e.collection_id from vectorkeeper.embedding_settings e where e.source_id = {source})
      """;

  private final Database database;
  private final DerivedDefinition definition;

  public DerivedDeclarer(Database database, DerivedDefinition definition) {
    this.database = database;
    this.definition = definition;
  }

  private record LinkTable(long relation, boolean partitioned, boolean secured, boolean allowed) {}

  /**
   * A sentence where something is to be made or changed.
   *
   * @param catalogPresent whether there is a catalog at all
   * @throws VectorkeeperException VK-S14 where it cannot be had
   */
  public Optional<String> plan(boolean catalogPresent) {
    return database
        .jdbi()
        .withHandle(
            handle -> {
              SqlName name = links();
              LinkTable table = table(handle, name);
              requireColumns(handle, name, table);
              Optional<Derived> known = catalogPresent ? known(handle) : Optional.empty();
              if (known.isEmpty()) {
                requireFree(handle, new SqlName(name.schema(), definition.name()));
                requireFree(handle, new SqlName(name.schema(), definition.name() + "_active"));
                return Optional.of(sentence("make"));
              }
              boolean same =
                  known.get().links().equals(wanted(name))
                      && known.get().relation() == table.relation();
              List<Collection> live = live(handle);
              boolean complete =
                  live.stream().allMatch(c -> present(handle, known.get()).contains(c.id()));
              return same && complete ? Optional.empty() : Optional.of(sentence("renew"));
            });
  }

  private void requireFree(Handle handle, SqlName view) {
    boolean taken =
        handle
            .createQuery("select to_regclass(:name) is not null")
            .bind("name", view.sql())
            .mapTo(Boolean.class)
            .one();
    if (taken) {
      throw impossible(
          "there is already something named %s. Choose another name for them.".formatted(view));
    }
  }

  private String sentence(String verb) {
    return "%s the derived vectors %s, of each %s of %s"
        .formatted(verb, definition.name(), definition.entity(), links());
  }

  private static List<Integer> present(Handle handle, Derived derived) {
    return List.copyOf(derived.tables(handle).keySet());
  }

  private SqlName links() {
    return definition.links().orSchema("public");
  }

  private Optional<Derived> known(Handle handle) {
    return handle
            .createQuery("select to_regclass('vectorkeeper.derived') is not null")
            .mapTo(Boolean.class)
            .one()
        ? Derived.all(handle).stream().filter(d -> d.name().equals(definition.name())).findFirst()
        : Optional.empty();
  }

  private List<Collection> live(Handle handle) {
    return Catalog.collections(handle).stream()
        .filter(c -> c.source().name().equals(definition.source()))
        .filter(c -> c.state() != Collection.State.RETIRED)
        .toList();
  }

  private LinkTable table(Handle handle, SqlName name) {
    LinkTable table =
        handle
            .createQuery(LINKS)
            .bind("name", name.sql())
            .map(
                (row, context) ->
                    new LinkTable(
                        row.getLong(1), row.getBoolean(2), row.getBoolean(3), row.getBoolean(4)))
            .findOne()
            .orElseThrow(() -> impossible("the table %s does not exist".formatted(name)));
    if (!table.allowed()) {
      throw impossible(
          "this role lacks a right on %s. An administrator can grant it: grant select, trigger on %s to %s;"
              .formatted(name, name.sql(), SqlName.quote(database.server().role())));
    }
    return table;
  }

  private VectorkeeperException impossible(String why) {
    return new VectorkeeperException(
        "VK-S14", "The derived vectors %s cannot be had: %s".formatted(definition.name(), why));
  }

  private String type(Handle handle, SqlName name, long relation, String column) {
    return handle
        .createQuery(COLUMN)
        .bind("relation", relation)
        .bind("column", column)
        .mapTo(String.class)
        .findOne()
        .orElseThrow(() -> impossible("%s has no column %s.".formatted(name, column)));
  }

  private void requireColumns(Handle handle, SqlName name, LinkTable table) {
    type(handle, name, table.relation(), definition.entity());
    type(handle, name, table.relation(), definition.item());
    definition.weight().ifPresent(column -> type(handle, name, table.relation(), column));
    definition.at().ifPresent(column -> type(handle, name, table.relation(), column));
  }

  private Derived.Links wanted(SqlName name) {
    boolean fades = definition.at().isPresent() && definition.halfLife().isPresent();
    return new Derived.Links(
        name.schema(),
        name.name(),
        definition.entity(),
        definition.item(),
        definition.weight().orElse(null),
        fades ? definition.at().orElseThrow() : null,
        fades ? definition.halfLife().map(Duration::toSeconds).orElseThrow() * 1.0 : null);
  }

  /** Makes what is missing, and has every entity looked at. */
  public void execute() {
    Ddl.onUserTable(database.jdbi(), links(), this::declare);
  }

  /**
   * Does so in the caller's transaction, and drops what is kept for collections that were retired.
   */
  public void renew(Handle handle) {
    declare(handle);
    known(handle).ifPresent(derived -> dropRetired(handle, derived));
  }

  private static void dropRetired(Handle handle, Derived derived) {
    handle
        .createQuery(RETIRED)
        .bind("id", derived.id())
        .map(
            (row, context) ->
                Map.entry(row.getInt(1), new SqlName(row.getString(2), row.getString(3))))
        .list()
        .forEach(
            table -> {
              Ddl.run(handle, "drop table if exists " + table.getValue().sql());
              handle
                  .createUpdate(
                      "delete from vectorkeeper.derived_collection where derived_id = :id and collection_id = :collection")
                  .bind("id", derived.id())
                  .bind("collection", table.getKey())
                  .execute();
            });
  }

  private void declare(Handle handle) {
    SqlName name = links();
    LinkTable table = table(handle, name);
    List<Collection> live = live(handle);
    if (live.isEmpty() || live.get(0).source().keys().columns().size() != 1) {
      throw impossible(
          "the source %s needs a collection and a key of one column."
              .formatted(definition.source()));
    }
    if (live.get(0).source().chunking().isPresent()) {
      throw impossible("the source %s cuts its texts into chunks.".formatted(definition.source()));
    }
    if (live.stream().anyMatch(c -> c.column().isPresent())) {
      throw impossible(
          "the source %s keeps its vectors in a column of its own table."
              .formatted(definition.source()));
    }
    String type = type(handle, name, table.relation(), definition.entity());
    Derived derived = put(handle, name, table, type, live.get(0).source().id());
    Ddl.run(handle, SqlText.of(CREATE_LOG).with("log", derived.log()).sql());
    for (Collection collection : live) {
      SqlName own = tableOf(derived, collection);
      Ddl.run(
          handle,
          SqlText.of(CREATE_TABLE)
              .with("table", own)
              .with("type", type)
              .with("vector", database.server().vectorType())
              .with("dimensions", Integer.toString(collection.profile().space().dimensions()))
              .sql());
      if (table.secured()) {
        // Whose vectors a reader may see nobody has said.
        Ddl.run(handle, "alter table " + own.sql() + " enable row level security");
      }
      handle
          .createUpdate(ADD_TABLE)
          .bind("id", derived.id())
          .bind("collection", collection.id())
          .bind("schema", own.schema())
          .bind("table", own.name())
          .execute();
      Grants.copy(handle, table.relation(), own);
      captureItems(handle, derived, collection);
    }
    views(handle, derived, live);
    Grants.copy(handle, table.relation(), derived.allView());
    Grants.copy(handle, table.relation(), derived.activeView());
    captureLinks(handle, derived, table);
    Ddl.run(handle, "insert into " + derived.log().sql() + " (entity) values (null)");
  }

  private Derived put(Handle handle, SqlName name, LinkTable table, String type, int source) {
    handle
        .createUpdate(PUT)
        .bind("name", definition.name())
        .bind("source", source)
        .bind("links", table.relation())
        .bind("definition", Derived.json(wanted(name)))
        .bind("type", type)
        .bindArray("all", String.class, name.schema(), definition.name())
        .bindArray("active", String.class, name.schema(), definition.name() + "_active")
        .execute();
    return known(handle).orElseThrow();
  }

  private static SqlName tableOf(Derived derived, Collection collection) {
    String profile =
        collection.profile().name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    String name = derived.name() + "_" + profile;
    return new SqlName(
        derived.allView().schema(), name.length() > 60 ? name.substring(0, 60) : name);
  }

  private void captureItems(Handle handle, Derived derived, Collection collection) {
    SqlName function = SqlName.catalog("derived_" + derived.id() + "_item_" + collection.id());
    Ddl.run(
        handle,
        SqlText.of(ITEM)
            .with("function", function)
            .with("log", derived.log())
            .with("links", links())
            .with("entity", SqlName.quote(derived.links().entity()))
            .with("item", SqlName.quote(derived.links().item()))
            .with("key", collection.source().keys().targets(""))
            .sql());
    hang(handle, derived, collection.table(), function, false);
  }

  private void captureLinks(Handle handle, Derived derived, LinkTable table) {
    SqlName function = SqlName.catalog("derived_" + derived.id() + "_links");
    Ddl.run(
        handle,
        SqlText.of(table.partitioned() ? LINK_ROW : LINK_STATEMENT)
            .with("function", function)
            .with("log", derived.log())
            .with("entity", SqlName.literal(derived.links().entity()))
            .sql());
    hang(handle, derived, links(), function, table.partitioned());
  }

  private static void hang(
      Handle handle, Derived derived, SqlName table, SqlName function, boolean byRow) {
    Map<String, String> events = new java.util.LinkedHashMap<>();
    events.put("insert", " referencing new table as new_rows");
    events.put("update", " referencing old table as old_rows new table as new_rows");
    events.put("delete", " referencing old table as old_rows");
    events.put("truncate", "");
    events.forEach(
        (event, transition) ->
            Ddl.run(
                handle,
                "create or replace trigger "
                    + SqlName.quote("vectorkeeper_derived_" + derived.id() + "_" + event)
                    + " after "
                    + event
                    + " on "
                    + table.sql()
                    + (byRow ? "" : transition)
                    + " for each "
                    + (byRow && !event.equals("truncate") ? "row" : "statement")
                    + " execute function "
                    + function.sql()
                    + "()"));
  }

  private void views(Handle handle, Derived derived, List<Collection> live) {
    String branches =
        live.stream()
            .map(collection -> branch(derived, collection))
            .collect(Collectors.joining("union all\n"));
    String active =
        SqlText.of(ACTIVE)
            .with("branches", "\n" + branches)
            .with("source", Integer.toString(derived.sourceId()))
            .sql();
    List<String> statements = new ArrayList<>();
    statements.add(view(derived.allView()) + branches);
    statements.add(view(derived.activeView()) + active);
    statements.forEach(statement -> Ddl.run(handle, statement));
  }

  private static String view(SqlName name) {
    return "create or replace view " + name.sql() + " with (security_invoker = true) as\n";
  }

  private String branch(Derived derived, Collection collection) {
    var space = collection.profile().space();
    return SqlText.of(BRANCH)
        .with("entity", SqlName.quote(derived.links().entity()))
        .with("profile", SqlName.literal(collection.profile().name()))
        .with("provider", SqlName.literal(space.provider()))
        .with("model", SqlName.literal(space.model()))
        .with("dimensions", Integer.toString(space.dimensions()))
        .with("task", SqlName.literal(space.task()))
        .with("vector", database.server().vectorType())
        .with("collection", Integer.toString(collection.id()))
        .with("table", tableOf(derived, collection))
        .sql();
  }
}
