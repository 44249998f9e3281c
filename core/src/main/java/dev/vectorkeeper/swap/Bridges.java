package dev.vectorkeeper.swap;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceTable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's functions that search a column with a vector that they are given. A call with a vector
 * of the old model is under way at any moment, also while the names are exchanged, so such a
 * function answers, until the old vectors are gone, from the column that the vector's dimensions
 * belong to: its text is copied once for each column, reading the table through a view that is
 * bound to that column, and the function itself calls the copy that fits.
 */
final class Bridges {
  private static final Logger LOG = LoggerFactory.getLogger(Bridges.class);

  private static final String FIND =
      """
      select p.oid::bigint as id, n.nspname, p.proname, pg_get_function_identity_arguments(p.oid) as arguments,
             pg_get_functiondef(p.oid) as definition, p.prosrc as body, p.prosqlbody is not null as bound,
             array(select format_type(t.type, null) from unnest(p.proargtypes) with ordinality t(type, at) order by t.at) as types,
             p.proretset as sets,
             (p.proretset or not coalesce(p.proargmodes && array['o', 'b', 'v']::"char"[], false))
               and p.prorettype <> (select c.reltype from pg_class c where c.oid = cast(:relation as oid)) as simple,
             pg_has_role(p.proowner, 'usage') as owned
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      join pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
      where p.prokind = 'f' and n.nspname not in ('pg_catalog', 'information_schema', 'vectorkeeper')
        and coalesce(obj_description(p.oid, 'pg_proc'), '') not like 'Vectorkeeper: %'
        and p.prosrc not like '%vectorkeeper bridge%'
        and (select count(*) from unnest(p.proargtypes) t where t = to_regtype(:vector)) = 1
        and case when p.prosqlbody is null then p.prosrc ~* :table and p.prosrc ~* :column
            else exists (
              select from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
              where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass
                and d.refobjid = cast(:relation as oid) and a.attname = :name) end
      order by n.nspname, p.proname, 4
      """;

  private static final String BUILT =
      """
      select b.schema_name, b.name, b.arguments, b.definition, b.copies,
             n.nspname as present_schema, p.proname as present_name,
             coalesce(p.prosrc like '%vectorkeeper bridge%', false) as calls
      from vectorkeeper.column_bridge b
      left join pg_proc p on p.oid = b.function_oid left join pg_namespace n on n.oid = p.pronamespace
      where b.source_id = :source
      """;

  /** Every transaction holds a lock on its own number, which everybody may see. */
  private static final String RUNNING =
      """
      select virtualtransaction from pg_locks where locktype = 'virtualxid' and granted and pid <> pg_backend_pid()
      """;

  /** A text may name things without their schema, which is found by the path of who calls it. */
  private static final String UNCHECKED = "set local check_function_bodies = off";

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private static final String ADD =
      """
      insert into vectorkeeper.column_bridge (source_id, schema_name, name, arguments, function_oid, definition, copies)
      values (:source, :schema, :name, :arguments, cast(:function as oid), :definition, :copies)
      on conflict (source_id, schema_name, name, arguments) do update
      set function_oid = excluded.function_oid, definition = excluded.definition, copies = excluded.copies
      """;

  private static final String SPACE =
      """
      create or replace view {view} with (security_invoker = true) as select {columns} from {table} t
      """;

  /** What the comment on a copy says, so that nothing else of its name is taken for one. */
  static final String COPY_MARK = "Vectorkeeper: a search in one of two columns";

  private static final String COPIES =
      """
      select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = :schema and p.proname = any (:names)
        and obj_description(p.oid, 'pg_proc') = :mark and cast(:types as text[]) = array(
          select format_type(t.type, null) from unnest(p.proargtypes) with ordinality t(type, at) order by t.at)
      """;

  private static final String SPACE_MARK = "Vectorkeeper: the table with the vectors of one model";

  private static final String SPACES =
      """
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = :schema and c.relkind = 'v' and obj_description(c.oid, 'pg_class') = :mark
        and exists (select from pg_depend d join pg_rewrite r on r.oid = d.objid
                    where d.classid = 'pg_rewrite'::regclass and r.ev_class = c.oid and d.refobjid = cast(:relation as oid))
      """;

  private static final String TAKEN =
      """
      select exists (
        select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = :schema and p.proname = :name and coalesce(obj_description(p.oid, 'pg_proc'), '') <> :mark)
      """;

  private static final String FOREIGN =
      """
      select coalesce(obj_description(to_regclass(:name), 'pg_class') <> :mark, to_regclass(:name) is not null)
      """;

  private static final String FORGET =
      """
      delete from vectorkeeper.column_bridge
      where source_id = :source and schema_name = :schema and name = :name and arguments = :arguments
      """;

  private static final String CALL =
      """
      AS $vectorkeeper$
      -- vectorkeeper bridge: until the old vectors are retired, a vector is searched for in the column of its own model.
      begin
        if {dims}({vector}) = {dimensions} then
          {other};
        else
          {active};
        end if;{end}
      end $vectorkeeper$
      """;

  /**
   * A function that searches.
   *
   * @param body what it does, without what surrounds it
   * @param types its parameters' types, one of which is the vector
   * @param sets whether it returns rows
   * @param simple whether its result can be passed on
   */
  private record Search(
      long id,
      SqlName name,
      String arguments,
      String definition,
      String body,
      boolean bound,
      List<String> types,
      boolean sets,
      boolean simple,
      boolean owned) {
    @Override
    public String toString() {
      return name + "(" + arguments + ")";
    }

    private boolean isPossible() {
      return owned && simple;
    }

    private int vector() {
      return IntStream.range(0, types.size())
              .filter(i -> types.get(i).replaceAll(".*\\.", "").replace("\"", "").equals("vector"))
              .findFirst()
              .orElseThrow()
          + 1;
    }
  }

  private record Bridge(
      SqlName name,
      SqlName present,
      String arguments,
      String definition,
      List<String> copies,
      boolean calls) {
    /** The user's own text, under the name that the function has by now. */
    private String restored() {
      return "CREATE OR REPLACE FUNCTION "
          + present.sql()
          + definition.substring(definition.indexOf('('));
    }
  }

  private final Database database;
  private final Source source;

  Bridges(Database database, Source source) {
    this.database = database;
    this.source = source;
  }

  /** The functions that search a column, with their arguments, for people. */
  List<String> names(Handle handle, String column) {
    return find(handle, column).stream().filter(Search::isPossible).map(Search::toString).toList();
  }

  /** Those among them that can answer for one column only. */
  List<String> impossible(Handle handle, String column) {
    return find(handle, column).stream()
        .filter(search -> !search.isPossible())
        .map(Search::toString)
        .toList();
  }

  private List<Search> find(Handle handle, String column) {
    String word = "\\m%s\\M";
    return handle
        .createQuery(FIND)
        .bind("vector", database.server().vectorType())
        .bind("table", word.formatted(source.table().name().replaceAll("\\W", ".")))
        .bind("column", word.formatted(column.replaceAll("\\W", ".")))
        .bind("relation", source.relation())
        .bind("name", column)
        .map(
            (row, context) ->
                new Search(
                    row.getLong("id"),
                    new SqlName(row.getString("nspname"), row.getString("proname")),
                    row.getString("arguments"),
                    row.getString("definition"),
                    row.getString("body"),
                    row.getBoolean("bound"),
                    Arrays.asList((String[]) row.getArray("types").getArray()),
                    row.getBoolean("sets"),
                    row.getBoolean("simple"),
                    row.getBoolean("owned")))
        .list();
  }

  private List<Bridge> built(Handle handle) {
    return handle
        .createQuery(BUILT)
        .bind("source", source.id())
        .map(
            (row, context) ->
                new Bridge(
                    new SqlName(row.getString("schema_name"), row.getString("name")),
                    new SqlName(
                        Objects.requireNonNullElse(row.getString("present_schema"), ""),
                        Objects.requireNonNullElse(row.getString("present_name"), "")),
                    row.getString("arguments"),
                    row.getString("definition"),
                    Arrays.asList((String[]) row.getArray("copies").getArray()),
                    row.getBoolean("calls")))
        .list();
  }

  /**
   * Lets every function that searches the column answer for both.
   *
   * @param unbridged whether one that cannot may stay as it is
   * @throws VectorkeeperException VK-M12 for one that cannot
   */
  void build(Collection active, Collection other, boolean unbridged) {
    if (dimensions(active) == dimensions(other)) {
      return;
    }
    for (Search search :
        database.jdbi().withHandle(handle -> find(handle, active.column().orElseThrow()))) {
      try {
        if (!search.isPossible()) {
          throw new VectorkeeperException(
              "VK-M12",
              search.owned()
                  ? "it returns its result through parameters, or rows of the table itself"
                  : "it belongs to another role");
        }
        database.jdbi().useTransaction(handle -> copy(handle, search, active, other));
        tried(search, active);
        tried(search, other);
        database.jdbi().useTransaction(handle -> install(handle, search, active, other));
      } catch (VectorkeeperException e) {
        drop(search, active, other);
        String sentence =
            "The function %s cannot answer for both models: %s."
                .formatted(search, String.valueOf(e.getMessage()).replaceFirst("\\.$", ""));
        if (!unbridged) {
          throw new VectorkeeperException(
              "VK-M12",
              sentence
                  + " Calls with vectors of the old model would fail from the cutover on. Let the application ask otherwise, then say --searches-named.",
              e);
        }
        LOG.warn("VK-M12 {}", sentence);
      }
    }
  }

  private static int dimensions(Collection collection) {
    return collection.profile().space().dimensions();
  }

  private static SqlName copyOf(Search search, Collection collection) {
    return Names.of(search.name(), collection.profile().name());
  }

  private SqlName space(Collection collection) {
    return Names.of(source.table(), collection.profile().name());
  }

  private void copy(Handle handle, Search search, Collection active, Collection other) {
    Ddl.run(handle, UNCHECKED);
    for (Collection collection : List.of(active, other)) {
      requireFree(handle, search, copyOf(search, collection));
      createSpace(handle, collection, collection == active ? other : active, active);
      String copied =
          header(search, copyOf(search, collection), false)
              + "AS $vectorkeeper$"
              + reading(body(search), search.name(), collection)
              + "$vectorkeeper$";
      Ddl.run(handle, copied);
      Attachments.givenToFunction(handle, copyOf(search, collection))
          .forEach(statement -> Ddl.run(handle, statement));
      Attachments.ofFunction(handle, search.id(), copyOf(search, collection).name())
          .forEach(statement -> Ddl.run(handle, statement));
    }
    handle
        .createUpdate(ADD)
        .bind("source", source.id())
        .bind("schema", search.name().schema())
        .bind("name", search.name().name())
        .bind("arguments", search.arguments())
        .bind("function", search.id())
        .bind("definition", search.definition())
        .bindArray(
            "copies",
            String.class,
            List.of(copyOf(search, active).name(), copyOf(search, other).name()))
        .execute();
  }

  private static void requireFree(Handle handle, Search search, SqlName copy) {
    boolean foreign =
        handle
            .createQuery(TAKEN)
            .bind("schema", copy.schema())
            .bind("name", copy.name())
            .bind("mark", COPY_MARK)
            .mapTo(Boolean.class)
            .one();
    if (foreign) {
      throw new VectorkeeperException(
          "VK-M12", "there is already a function named %s".formatted(copy));
    }
  }

  private String mark() {
    return SPACE_MARK + " of the source " + source.id();
  }

  /** A view of the table in which the column's plain name means one collection's vectors. */
  private void createSpace(Handle handle, Collection of, Collection without, Collection active) {
    SourceTable table = SourceTable.find(handle, source.relation()).orElseThrow();
    String plain = active.column().orElseThrow();
    String columns =
        table.columns().stream()
            .map(SourceTable.Column::name)
            .filter(name -> !name.equals(without.column().orElseThrow()))
            .map(
                name ->
                    name.equals(of.column().orElseThrow())
                        ? "t." + SqlName.quote(name) + " as " + SqlName.quote(plain)
                        : "t." + SqlName.quote(name))
            .collect(Collectors.joining(", "));
    SqlName view = space(of);
    boolean foreign =
        handle
            .createQuery(FOREIGN)
            .bind("mark", mark())
            .bind("name", view.sql())
            .mapTo(Boolean.class)
            .one();
    if (foreign) {
      throw new VectorkeeperException(
          "VK-M12", "there is already something named %s".formatted(view));
    }
    if (ColumnSwap.exists(handle, view)) {
      // Searches that go through it already must not wait for it.
      return;
    }
    Ddl.run(
        handle,
        SqlText.of(SPACE)
            .with("view", view)
            .with("columns", columns)
            .with("table", table.name())
            .sql());
    Ddl.run(handle, "comment on view " + view.sql() + " is " + SqlName.literal(mark()));
    Attachments.givenToView(handle, view).forEach(statement -> Ddl.run(handle, statement));
    Attachments.ofTable(handle, table.relation(), view, ColumnSwap.parked(plain))
        .forEach(statement -> Ddl.run(handle, statement));
  }

  /** What stands before the body, under another name and, for a bridge, in another language. */
  private static String header(Search search, SqlName name, boolean bridge) {
    String definition = search.definition();
    int body =
        search.bound()
            ? bodyOfBound(definition)
            : definition.lastIndexOf("\nAS ", definition.indexOf(search.body())) + 1;
    String header = definition.substring(0, body);
    String renamed =
        "CREATE OR REPLACE FUNCTION " + name.sql() + header.substring(header.indexOf('('));
    return bridge
        ? renamed.replaceFirst("(?m)^ LANGUAGE (sql|plpgsql)", " LANGUAGE plpgsql")
        : renamed;
  }

  private static int bodyOfBound(String definition) {
    Matcher matcher = Pattern.compile("(?m)^(BEGIN ATOMIC|RETURN )").matcher(definition);
    if (!matcher.find()) {
      throw new VectorkeeperException("VK-M12", "its text is of an unknown form");
    }
    return matcher.start();
  }

  private static String body(Search search) {
    if (!search.bound()) {
      return search.body();
    }
    String body = search.definition().substring(bodyOfBound(search.definition())).trim();
    return body.startsWith("RETURN ")
        ? "select " + body.substring("RETURN ".length())
        : body.substring("BEGIN ATOMIC".length(), body.lastIndexOf("END"));
  }

  /** A body that reads another relation instead of the table; whether it does is tried out. */
  private String reading(String text, SqlName function, Collection collection) {
    SqlName instead = space(collection);
    // Its parameters may stand behind its own name.
    String body =
        text.replaceAll(
            "(?<![\\w.$\"])" + word(function.name()) + "(?=\\s*\\.)",
            Matcher.quoteReplacement(
                SqlName.quote(Names.of(function, collection.profile().name()).name())));
    SqlName table = source.table();
    String name = word(table.name());
    String relation =
        "(?<![\\w.$\"])(?:"
            + word(table.schema())
            + "\\s*\\.\\s*)?"
            + name
            + "(?![\\w$\"]|\\s*\\()";
    // A quoted text or a comment that names it is none of our business.
    Pattern found =
        Pattern.compile(
            "(?s)[eE]'(?:\\\\.|[^'\\\\])*'|'(?:[^']|'')*'|--[^\\n]*|/\\*.*?\\*/|" + relation);
    Matcher matcher = found.matcher(body);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      char first = matcher.group().charAt(0);
      boolean quoted =
          first == '\'' || first == '-' || first == '/' || matcher.group().endsWith("'");
      boolean alias =
          body.substring(Math.max(0, matcher.start() - 12), matcher.start())
              .matches("(?is).*\\bas\\s+");
      matcher.appendReplacement(
          out, Matcher.quoteReplacement(alias || quoted ? matcher.group() : instead.sql()));
    }
    return matcher.appendTail(out).toString();
  }

  private static String word(String name) {
    String quoted = Pattern.quote(SqlName.quote(name));
    return name.matches("[a-z_][a-z0-9_$]*")
        ? "(?:" + quoted + "|(?i:" + Pattern.quote(name) + "))"
        : quoted;
  }

  /** Calls a copy with a vector of its own model; what it changes is undone. */
  private void tried(Search search, Collection collection) {
    String arguments =
        IntStream.rangeClosed(1, search.types().size())
            .mapToObj(
                i -> i == search.vector() ? sample(collection) : sample(search.types().get(i - 1)))
            .collect(Collectors.joining(", "));
    database
        .jdbi()
        .useHandle(
            handle -> {
              handle.begin();
              try {
                Ddl.run(handle, "set local statement_timeout = '30s'");
                Ddl.run(
                    handle,
                    "set local search_path = "
                        + SqlName.quote(source.table().schema())
                        + ", "
                        + SqlName.quote(search.name().schema())
                        + ", "
                        + SqlName.quote(database.server().vectorSchema().orElseThrow())
                        + ", public");
                Ddl.run(
                    handle,
                    "select count(*) from "
                        + copyOf(search, collection).sql()
                        + "("
                        + arguments
                        + ")");
              } finally {
                handle.rollback();
              }
            });
  }

  private String sample(Collection collection) {
    return "(array_fill(0.1::real, array[%d]))::%s"
        .formatted(dimensions(collection), database.server().vectorType());
  }

  private static String sample(String type) {
    return switch (type) {
      case "double precision", "real", "numeric" -> "0::" + type;
      case "integer", "bigint", "smallint" -> "1::" + type;
      case "boolean" -> "true";
      case "text", "character varying" -> "''::" + type;
      case "uuid" -> "'00000000-0000-0000-0000-000000000000'::uuid";
      case "json", "jsonb" -> "'{}'::" + type;
      case "date", "timestamp with time zone", "timestamp without time zone" -> "now()::" + type;
      default -> type.endsWith("[]") ? "'{}'::" + type : "null::" + type;
    };
  }

  private void install(Handle handle, Search search, Collection active, Collection other) {
    String vectors = SqlName.quote(database.server().vectorSchema().orElseThrow());
    Ddl.run(
        handle,
        header(search, search.name(), true)
            + SqlText.of(CALL)
                .with("dims", vectors + ".vector_dims")
                .with("vector", "$" + search.vector())
                .with("dimensions", Integer.toString(dimensions(other)))
                .with("other", call(search, other))
                .with("active", call(search, active))
                .with("end", search.sets() ? "\n  return;" : "")
                .sql());
  }

  private static String call(Search search, Collection collection) {
    String called =
        copyOf(search, collection).sql()
            + IntStream.rangeClosed(1, search.types().size())
                .mapToObj(i -> "$" + i)
                .collect(Collectors.joining(", ", "(", ")"));
    return search.sets() ? "return query select * from " + called : "return " + called;
  }

  /** Drops what was begun for a function; what the user has under such a name stays. */
  private void drop(Search search, Collection active, Collection other) {
    database
        .jdbi()
        .useTransaction(
            handle -> {
              handle
                  .createQuery(COPIES)
                  .bind("schema", search.name().schema())
                  .bindArray(
                      "names",
                      String.class,
                      List.of(copyOf(search, active).name(), copyOf(search, other).name()))
                  .bind("mark", COPY_MARK)
                  .bindArray("types", String.class, search.types())
                  .mapTo(String.class)
                  .list()
                  .forEach(copy -> Ddl.run(handle, "drop function " + copy));
              handle
                  .createUpdate(FORGET)
                  .bind("source", source.id())
                  .bind("schema", search.name().schema())
                  .bind("name", search.name().name())
                  .bind("arguments", search.arguments())
                  .execute();
            });
  }

  /**
   * Gives every function its own text back, unless the user changed it meanwhile, and waits until
   * no call is under way any more that began before: it may still need a copy.
   */
  void restore() {
    boolean any = database.jdbi().inTransaction(this::restored);
    if (any) {
      database.jdbi().useHandle(Bridges::awaitEarlier);
    }
  }

  private boolean restored(Handle handle) {
    List<Bridge> calling = built(handle).stream().filter(Bridge::calls).toList();
    Ddl.run(handle, UNCHECKED);
    calling.forEach(bridge -> Ddl.run(handle, bridge.restored()));
    return !calling.isEmpty();
  }

  private static void awaitEarlier(Handle handle) {
    List<String> earlier = handle.createQuery(RUNNING).mapTo(String.class).list();
    long patience = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < patience
        && !Collections.disjoint(earlier, handle.createQuery(RUNNING).mapTo(String.class).list())
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  /** Drops the copies and the views that they read. */
  void remove(Handle handle) {
    restored(handle);
    for (Bridge bridge : built(handle)) {
      for (String copy : bridge.copies()) {
        Ddl.run(
            handle,
            "drop function if exists "
                + new SqlName(bridge.name().schema(), copy).sql()
                + "("
                + bridge.arguments()
                + ")");
      }
    }
    handle
        .createQuery(SPACES)
        .bind("mark", mark())
        .bind("schema", source.table().schema())
        .bind("relation", source.relation())
        .mapTo(String.class)
        .list()
        .forEach(
            view ->
                Ddl.run(
                    handle,
                    "drop view if exists " + new SqlName(source.table().schema(), view).sql()));
  }
}
