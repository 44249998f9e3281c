package dev.vectorkeeper.swap;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.store.VectorIndex;
import dev.vectorkeeper.swap.Dependant.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second column of vectors beside the one that a source's collection is in, and the exchange of
 * the two names. What depends on a column stays on it when it is renamed (postgres-facts 20), so
 * each such thing gets its like on the other column, or is bound anew by its own text while the
 * names are exchanged. At any time what has its plain name belongs to the active vectors, and what
 * has a parked name to the others: an exchange is the same there and back.
 */
public final class ColumnSwap {
  private static final Logger LOG = LoggerFactory.getLogger(ColumnSwap.class);

  private static final Set<Kind> REBOUND =
      Set.of(Kind.POLICY, Kind.FUNCTION, Kind.CHECK, Kind.TRIGGER);

  private static final String FIND =
      "select column_name, parked_name from vectorkeeper.column_swap where source_id = :source";

  private static final String DECLARE =
      """
      insert into vectorkeeper.column_swap (source_id, column_name, parked_name) values (:source, :column, :parked)
      on conflict (source_id) do nothing
      """;

  private static final String TWINS =
      """
      select kind, schema_name, name, parked_name, definition from vectorkeeper.column_twin where source_id = :source
      order by made_at
      """;

  private static final String ADD_TWIN =
      """
      insert into vectorkeeper.column_twin (source_id, kind, schema_name, name, parked_name, definition)
      values (:source, :kind, :schema, :name, :parked, :definition)
      """;

  private static final String FORGET_TWIN =
      """
      delete from vectorkeeper.column_twin
      where source_id = :source and kind = :kind and schema_name = :schema and name = :name
      """;

  private static final String EXCHANGE =
      """
      update vectorkeeper.collection c
      set vector_column = case c.vector_column when s.column_name then s.parked_name else s.column_name end
      from vectorkeeper.column_swap s
      where s.source_id = :source and c.source_id = s.source_id and c.state <> 'retired'
        and c.vector_column in (s.column_name, s.parked_name)
      """;

  private static final String UNVALIDATED =
      """
      select format('alter table %I.%I validate constraint %I', n.nspname, c.relname, k.conname)
      from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = :column
      where c.oid = cast(:relation as oid) and k.contype = 'c' and not k.convalidated and a.attnum = any (k.conkey)
      """;

  private static final String ON_COLUMN =
      """
      select coalesce(bool_or(a.attname = :parked) and not bool_or(a.attname = :column), false)
      from pg_class x join pg_namespace n on n.oid = x.relnamespace
      join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = x.oid and d.refclassid = 'pg_class'::regclass
        and d.refobjid = cast(:relation as oid)
      join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where n.nspname = :schema and x.relname = :name
      """;

  private static final String INVALID =
      """
      select not i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace where n.nspname = :schema and c.relname = :name
      """;

  private static final String INDEXES_OF =
      """
      select c.relname, pg_get_indexdef(c.oid) from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = to_regclass(:view) order by c.relname
      """;

  private static final String EXISTS = "select to_regclass(:name) is not null";

  /**
   * The two names of the column.
   *
   * @param name what the active vectors' column is called
   * @param parked what the other one is
   */
  public record Columns(String name, String parked) {}

  private record Twin(String kind, SqlName name, String parked, String definition) {
    private boolean isView() {
      return !kind.equals("index");
    }

    private SqlName parkedName() {
      return new SqlName(name.schema(), parked);
    }
  }

  private final Database database;
  private final Source source;

  public ColumnSwap(Database database, Source source) {
    this.database = database;
    this.source = source;
  }

  /** What the second column of a column is called. */
  public static String parked(String column) {
    return Names.parked(column);
  }

  /** The two columns, while there are two. */
  public static Optional<Columns> find(Handle handle, Source source) {
    return handle
        .createQuery(FIND)
        .bind("source", source.id())
        .map((row, context) -> new Columns(row.getString(1), row.getString(2)))
        .findOne();
  }

  /** Writes down that there will be two. */
  public void declare(Handle handle, String column) {
    handle
        .createUpdate(DECLARE)
        .bind("source", source.id())
        .bind("column", column)
        .bind("parked", parked(column))
        .execute();
  }

  /** What of the user's depends on a column. */
  public List<Dependant> dependants(Handle handle, String column) {
    return Dependants.of(handle, source.relation(), column, own(handle));
  }

  private List<SqlName> own(Handle handle) {
    return Stream.concat(
            source.views().stream(),
            handle
                .createQuery(
                    "select table_schema, table_name from vectorkeeper.collection where source_id = :source")
                .bind("source", source.id())
                .map((row, context) -> new SqlName(row.getString(1), row.getString(2)))
                .stream())
        .toList();
  }

  /** Names that twins will have and something else has already. */
  public List<SqlName> taken(Handle handle, List<Dependant> dependants) {
    return dependants.stream()
        .filter(
            d ->
                d.kind() == Kind.VIEW
                    || d.kind() == Kind.MATERIALIZED_VIEW
                    || d.kind() == Kind.INDEX)
        .map(d -> new SqlName(d.name().schema(), Names.parked(d.name().name())))
        .filter(name -> exists(handle, name))
        .toList();
  }

  static boolean exists(Handle handle, SqlName name) {
    return handle.createQuery(EXISTS).bind("name", name.sql()).mapTo(Boolean.class).one();
  }

  /**
   * Makes the twins that are missing, or no longer like what they are twins of, on the column that
   * is not in use. Can be done again at any time.
   *
   * @param active the collection that is in use
   * @param other the one that is not; its vector index must be there
   * @param unbridged whether functions may stay that answer for the active vectors only
   * @throws VectorkeeperException VK-M11 where an index cannot have a twin, VK-M12 where a function
   *     cannot answer for both columns
   */
  public void stage(Collection active, Collection other, boolean unbridged) {
    Columns columns = columns();
    buildIndexes(active, other, columns);
    if (database.jdbi().withHandle(handle -> isStale(handle, columns))) {
      Ddl.onUserTable(database.jdbi(), source.table(), handle -> makeTwins(handle, columns));
    }
    refresh();
    new Bridges(database, source).build(active, other, unbridged);
  }

  /** The user's functions that search the column with a vector that they are given. */
  public List<String> searches(Handle handle, String column) {
    return new Bridges(database, source).names(handle, column);
  }

  /** Those of them that cannot be made to answer for both columns. */
  public List<String> lonelySearches(Handle handle, String column) {
    return new Bridges(database, source).impossible(handle, column);
  }

  private Columns columns() {
    return database.jdbi().withHandle(handle -> find(handle, source)).orElseThrow();
  }

  private List<Twin> twins(Handle handle) {
    return handle
        .createQuery(TWINS)
        .bind("source", source.id())
        .map(
            (row, context) ->
                new Twin(
                    row.getString("kind"),
                    new SqlName(row.getString("schema_name"), row.getString("name")),
                    row.getString("parked_name"),
                    row.getString("definition")))
        .list();
  }

  private void add(Handle handle, Twin twin) {
    handle
        .createUpdate(ADD_TWIN)
        .bind("source", source.id())
        .bind("kind", twin.kind())
        .bind("schema", twin.name().schema())
        .bind("name", twin.name().name())
        .bind("parked", twin.parked())
        .bind("definition", twin.definition())
        .execute();
  }

  private void forget(Handle handle, Twin twin) {
    handle
        .createUpdate(FORGET_TWIN)
        .bind("source", source.id())
        .bind("kind", twin.kind())
        .bind("schema", twin.name().schema())
        .bind("name", twin.name().name())
        .execute();
  }

  private void buildIndexes(Collection active, Collection other, Columns columns) {
    database.jdbi().useTransaction(this::forgetGone);
    SqlName first = new VectorIndex(active, database).name();
    List<Dependant> indexes =
        database.jdbi().withHandle(handle -> dependants(handle, columns.name())).stream()
            .filter(d -> d.kind() == Kind.INDEX)
            .toList();
    List<Twin> twins = database.jdbi().withHandle(this::twins);
    for (Dependant index : indexes) {
      if (twins.stream().anyMatch(t -> t.kind().equals("index") && t.name().equals(index.name()))) {
        continue;
      }
      String parked = Names.parked(index.name().name());
      SqlName built = new VectorIndex(other, database).name();
      boolean free = twins.stream().noneMatch(twin -> twin.parkedName().equals(built));
      if (index.name().equals(first) && free && isAlike(index, built, columns)) {
        database
            .jdbi()
            .useTransaction(
                handle -> {
                  if (!built.name().equals(parked)) {
                    Names.rename(handle, "index", built, parked);
                  }
                  add(handle, new Twin("index", index.name(), parked, index.text()));
                });
      } else {
        build(index, parked, columns);
        database
            .jdbi()
            .useTransaction(
                handle -> add(handle, new Twin("index", index.name(), parked, index.text())));
        if (index.name().equals(first) && free) {
          // One of the file's own form was built first; the user's form serves searches as it did.
          database
              .jdbi()
              .useHandle(
                  handle -> Ddl.run(handle, "drop index concurrently if exists " + built.sql()));
        }
      }
    }
  }

  /** Whether an index is what the other one would be on the other column. */
  private boolean isAlike(Dependant index, SqlName built, Columns columns) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select pg_get_indexdef(to_regclass(:name))")
                    .bind("name", built.sql())
                    .mapTo(String.class)
                    .findOne())
        .filter(text -> IndexText.isAlike(index.text(), columns.name(), text, columns.parked()))
        .isPresent();
  }

  /** Twins of indexes that the user dropped, and twins that are gone themselves. */
  private void forgetGone(Handle handle) {
    for (Twin twin : twins(handle)) {
      boolean plain = exists(handle, twin.name());
      if (!twin.isView() && !(plain && exists(handle, twin.parkedName()))) {
        if (!plain) {
          Ddl.run(handle, "drop index if exists " + twin.parkedName().sql());
        }
        forget(handle, twin);
      }
    }
  }

  private void build(Dependant index, String parked, Columns columns) {
    SqlName twin = new SqlName(index.name().schema(), parked);
    database
        .jdbi()
        .useHandle(
            handle -> {
              boolean invalid =
                  handle
                      .createQuery(INVALID)
                      .bind("schema", twin.schema())
                      .bind("name", twin.name())
                      .mapTo(Boolean.class)
                      .findOne()
                      .orElse(false);
              if (invalid) {
                Ddl.run(handle, "drop index concurrently if exists " + twin.sql());
              }
              if (!exists(handle, twin)) {
                Ddl.run(
                    handle,
                    IndexText.on(
                        index.text(),
                        index.name().name(),
                        parked,
                        columns.name(),
                        columns.parked()));
              }
              boolean right =
                  handle
                      .createQuery(ON_COLUMN)
                      .bind("relation", source.relation())
                      .bind("column", columns.name())
                      .bind("parked", columns.parked())
                      .bind("schema", twin.schema())
                      .bind("name", twin.name())
                      .mapTo(Boolean.class)
                      .one();
              if (!right) {
                Ddl.run(handle, "drop index concurrently if exists " + twin.sql());
                throw new VectorkeeperException(
                    "VK-M11",
                    "No twin of the %s could be made on the new column. Drop it before the migration and make it again afterwards."
                        .formatted(index.described()));
              }
            });
  }

  /** Whether a view has no twin or one of another text, or a twin has no view any more. */
  private boolean isStale(Handle handle, Columns columns) {
    List<Twin> made = twins(handle).stream().filter(Twin::isView).toList();
    if (made.stream().anyMatch(twin -> !exists(handle, twin.parkedName()))) {
      return true;
    }
    Map<SqlName, String> twins =
        made.stream().collect(Collectors.toMap(Twin::name, Twin::definition));
    Map<SqlName, String> views =
        views(dependants(handle, columns.name())).stream()
            .map(view -> ViewText.read(handle, view))
            .collect(Collectors.toMap(ViewText::name, ViewText::definition));
    return !twins.equals(views);
  }

  private static List<Dependant> views(List<Dependant> dependants) {
    return dependants.stream()
        .filter(d -> d.kind() == Kind.VIEW || d.kind() == Kind.MATERIALIZED_VIEW)
        .toList();
  }

  /**
   * Makes all views' twins anew. The names are exchanged for a moment, so that each text finds the
   * other column, and the twins before it, under the names that it knows.
   */
  private void makeTwins(Handle handle, Columns columns) {
    Ddl.calm(handle, source.table());
    dropTwins(handle);
    // A text names things as they are called now, so all are read before the first is renamed.
    List<ViewText> texts =
        views(dependants(handle, columns.name())).stream()
            .map(view -> ViewText.read(handle, view))
            .toList();
    // Those who read a view lock it before its table; who came the other way round would stand in a
    // deadlock.
    for (ViewText text : texts) {
      Names.rename(handle, text.kind(), text.name(), Names.parked(text.name().name()));
    }
    Names.exchangeColumns(handle, source.table(), columns.name(), columns.parked());
    List<Twin> made = new ArrayList<>();
    for (int i = texts.size() - 1; i >= 0; i--) {
      made.add(twin(handle, texts.get(i)));
    }
    made.forEach(twin -> exchange(handle, twin));
    Names.exchangeColumns(handle, source.table(), columns.name(), columns.parked());
    made.forEach(twin -> add(handle, twin));
  }

  /** What makes a view again, and its indexes where it is a materialised one. */
  private record ViewText(Dependant view, List<String> statements, Map<String, String> indexes) {
    static ViewText read(Handle handle, Dependant view) {
      return new ViewText(
          view, Attachments.ofView(handle, view.name()), ColumnSwap.indexes(handle, view.name()));
    }

    private SqlName name() {
      return view.name();
    }

    private String definition() {
      return String.join("\n", statements) + "\n" + String.join("\n", indexes.values());
    }

    private String kind() {
      return view.kind() == Kind.VIEW ? "view" : "materialized view";
    }
  }

  private static Map<String, String> indexes(Handle handle, SqlName view) {
    Map<String, String> indexes = new LinkedHashMap<>();
    handle
        .createQuery(INDEXES_OF)
        .bind("view", view.sql())
        .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
        .forEach(index -> indexes.put(index.getKey(), index.getValue()));
    return indexes;
  }

  /** Makes a view under its own name, which the one that had it has given up. */
  private Twin twin(Handle handle, ViewText text) {
    SqlName view = text.name();
    Ddl.run(handle, text.statements().get(0));
    Attachments.givenToView(handle, view).forEach(statement -> Ddl.run(handle, statement));
    text.statements().stream().skip(1).forEach(statement -> Ddl.run(handle, statement));
    text.indexes()
        .forEach(
            (index, definition) -> {
              SqlName name = new SqlName(view.schema(), index);
              String other = Names.parked(index);
              Names.rename(handle, "index", name, other);
              Ddl.run(handle, definition);
              Names.exchange(handle, "index", name, other);
              add(handle, new Twin("index", name, other, definition));
            });
    return new Twin(text.kind(), view, Names.parked(view.name()), text.definition());
  }

  private void dropTwins(Handle handle) {
    List<Twin> twins = twins(handle).stream().filter(Twin::isView).toList();
    for (int i = twins.size() - 1; i >= 0; i--) {
      Twin twin = twins.get(i);
      SqlName parked = twin.parkedName();
      Set<String> indexes = indexes(handle, parked).keySet();
      Ddl.run(handle, "drop " + twin.kind() + " if exists " + parked.sql());
      forget(handle, twin);
      twins(handle).stream()
          .filter(t -> !t.isView() && t.name().schema().equals(parked.schema()))
          .filter(t -> indexes.contains(t.parked()))
          .forEach(t -> forget(handle, t));
    }
  }

  private void refresh() {
    database.jdbi().withHandle(this::twins).stream()
        .filter(twin -> twin.kind().equals("materialized view"))
        .forEach(
            twin ->
                database
                    .jdbi()
                    .useHandle(
                        handle ->
                            Ddl.run(
                                handle, "refresh materialized view " + twin.parkedName().sql())));
  }

  /**
   * Exchanges the names, in the caller's transaction, which should not wait long for locks.
   * Collections keep the vectors that they have; their column is called otherwise.
   */
  public void exchange(Handle handle) {
    Ddl.calm(handle, source.table());
    Columns columns = find(handle, source).orElseThrow();
    List<String> rebound = rebound(handle, columns);
    List<Twin> twins = twins(handle);
    // Views before the table, the outermost first, as those who read them do.
    for (int i = twins.size() - 1; i >= 0; i--) {
      if (twins.get(i).isView()) {
        exchange(handle, twins.get(i));
      }
    }
    Ddl.run(handle, "lock table " + source.table().sql() + " in access exclusive mode");
    Attachments.ofColumn(handle, source.table(), columns.name(), columns.parked())
        .forEach(statement -> Ddl.run(handle, statement));
    Names.exchangeColumns(handle, source.table(), columns.name(), columns.parked());
    twins.stream().filter(twin -> !twin.isView()).forEach(twin -> exchange(handle, twin));
    rebound.forEach(statement -> Ddl.run(handle, statement));
    handle.createUpdate(EXCHANGE).bind("source", source.id()).execute();
  }

  private static void exchange(Handle handle, Twin twin) {
    Names.exchange(handle, twin.kind(), twin.name(), twin.parked());
  }

  private List<String> rebound(Handle handle, Columns columns) {
    return dependants(handle, columns.name()).stream()
        .filter(d -> REBOUND.contains(d.kind()))
        .map(Dependant::text)
        .toList();
  }

  /** The statements that an exchange of a column runs, for people. */
  public List<String> script(List<Dependant> dependants, String column) {
    String parked = parked(column);
    List<String> script = new ArrayList<>();
    String rename = "alter table " + source.table().sql() + " rename column ";
    script.add(rename + SqlName.quote(column) + " to " + SqlName.quote(parked));
    script.add(rename + SqlName.quote(parked) + " to " + SqlName.quote(column));
    for (Dependant dependant : dependants) {
      switch (dependant.kind()) {
        case VIEW, MATERIALIZED_VIEW, INDEX ->
            script.add(
                "alter %s %s rename to %s, and its twin to %s"
                    .formatted(
                        dependant.kind().toString().toLowerCase(Locale.ROOT).replace('_', ' '),
                        dependant.name().sql(),
                        SqlName.quote(Names.parked(dependant.name().name())),
                        SqlName.quote(dependant.name().name())));
        case POLICY, FUNCTION, CHECK, TRIGGER ->
            script.add(dependant.text().replaceAll("\\s+", " ").trim());
        case OTHER -> {}
      }
    }
    return script;
  }

  /** Validates the checks that an exchange put on the column; a row that fails one is reported. */
  public void validate() {
    Columns columns = columns();
    database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(UNVALIDATED)
                    .bind("relation", source.relation())
                    .bind("column", columns.name())
                    .mapTo(String.class)
                    .list())
        .forEach(
            statement -> {
              try {
                database.jdbi().useHandle(handle -> Ddl.run(handle, statement));
              } catch (VectorkeeperException e) {
                LOG.warn(
                    "{} The check holds for rows that are written from now on.", e.getMessage());
              }
            });
  }

  /** Gives functions that answer for both columns their own texts back, ahead of the end. */
  public void unbridge() {
    new Bridges(database, source).restore();
  }

  /**
   * Begins the end of the swap, in the caller's transaction: drops what was made beside the column.
   */
  public void dropTwinsAndBridges(Handle handle) {
    new Bridges(database, source).remove(handle);
    dropTwins(handle);
  }

  /**
   * Drops the parked column and forgets the swap, in the same transaction.
   *
   * @throws VectorkeeperException when something made meanwhile depends on the parked column
   */
  public void end(Handle handle) {
    Columns columns = find(handle, source).orElseThrow();
    Ddl.run(
        handle,
        "alter table "
            + source.table().sql()
            + " drop column if exists "
            + SqlName.quote(columns.parked()));
    handle
        .createUpdate("delete from vectorkeeper.column_swap where source_id = :source")
        .bind("source", source.id())
        .execute();
  }
}
