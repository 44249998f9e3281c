package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.backfill.BackfillOptions;
import dev.vectorkeeper.backfill.Estimate;
import dev.vectorkeeper.backfill.Estimator;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.catalog.Collection.State;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.doctor.Diagnosis;
import dev.vectorkeeper.doctor.Doctor;
import dev.vectorkeeper.migrate.Finding.Level;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.profile.ProviderTest;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.store.VectorIndex;
import dev.vectorkeeper.swap.ColumnSwap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** Finds out whether a source's model can be changed, and what that takes. Changes nothing. */
final class MigrationPlanner {
  private static final String COUNTS =
      """
      select (select count(*) from {source} where content_hash is not null),
             (select count(*) from {table}{first})
      """;

  /** A stand-in for a collection that is not there yet: nothing is stored in it. */
  private static final String NOTHING =
      "create temp table vectorkeeper_planned ({keys}, chunk integer, content_hash bytea) on commit drop";

  private static final String DEPENDANTS =
      """
      with recursive views as (
        select to_regclass(root)::oid as view, 0 as depth
        from unnest(cast(:roots as text[])) root where to_regclass(root) is not null
        union
        select r.ev_class, v.depth + 1
        from views v join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = v.view
          and d.classid = 'pg_rewrite'::regclass
        join pg_rewrite r on r.oid = d.objid and r.ev_class <> v.view)
      select case c.relkind when 'm' then 'materialised view' else 'view' end, c.oid::regclass::text
      from views v join pg_class c on c.oid = v.view where v.depth > 0
      union
      select 'function', p.oid::regprocedure::text
      from views v join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = v.view
        and d.classid = 'pg_proc'::regclass
      join pg_proc p on p.oid = d.objid
      union
      select 'function', p.oid::regprocedure::text
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname not in ('pg_catalog', 'information_schema', 'vectorkeeper')
        and coalesce(obj_description(p.oid, 'pg_proc'), '') not like 'Vectorkeeper: %'
        and :names <> '' and p.prosrc ~ :names and p.prokind = 'f'
      order by 1, 2
      """;

  private static final String BACKUP =
      """
      select (select format('WAL was archived last at %s', last_archived_time) from pg_stat_archiver where last_archived_time is not null),
             (select format('%s standby server(s) are connected', count(*)) from pg_stat_replication having count(*) > 0)
      """;

  private final Database database;
  private final Configuration configuration;
  private final Providers providers;
  private final String sourceName;
  private final String to;
  private final MigrationOptions options;
  private final List<Finding> findings = new ArrayList<>();

  MigrationPlanner(
      Database database,
      Configuration configuration,
      Providers providers,
      String source,
      String to,
      MigrationOptions options) {
    this.options = options;
    this.database = database;
    this.configuration = configuration;
    this.providers = providers;
    this.sourceName = source;
    this.to = to;
  }

  private void add(String topic, Level level, String format, Object... values) {
    findings.add(
        new Finding(findings.size() + 1, topic, level, String.format(Locale.ROOT, format, values)));
  }

  MigrationPlan plan() {
    Catalog catalog = new Catalog(database.jdbi());
    catalog.requirePresent();
    Source source = catalog.source(sourceName);
    List<Collection> all =
        catalog.collections().stream().filter(c -> c.source().id() == source.id()).toList();
    Collection from =
        all.stream()
            .filter(Collection::active)
            .findFirst()
            .orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-M01",
                        "No collection of %s is active, so there is nothing to migrate from. Run \"vectorkeeper switch %s --to PROFILE\"."
                            .formatted(sourceName, sourceName)));
    Optional<Collection> present =
        all.stream()
            .filter(c -> c.profile().name().equals(to) && c.state() != State.RETIRED)
            .findFirst();
    boolean swaps = from.column().isPresent() && present.isEmpty() && !options.intoTable();
    present(source, from);
    Optional<Space> space = target(from);
    space.ifPresent(wanted -> reach(wanted));
    declaration(
        source,
        space.isPresent(),
        swaps ? from.column().map(ColumnSwap::parked) : Optional.empty());
    others(source);
    if (swaps) {
      findings.addAll(new SwapFindings(database, source, from).find(findings.size()));
    } else {
      column(source, from);
    }
    dependants(source, from);
    searches(source, from, present.isPresent(), space);
    Optional<Estimate> estimate = space.flatMap(wanted -> estimate(from, present, wanted));
    server();
    return new MigrationPlan(
        sourceName,
        from.profile().name(),
        to,
        swaps,
        List.copyOf(findings),
        estimate,
        steps(from, swaps));
  }

  private void present(Source source, Collection from) {
    Space space = from.profile().space();
    try {
      long[] counts =
          database
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery(
                              SqlText.of(COUNTS)
                                  .with("source", source.content())
                                  .with("table", from.table())
                                  .with(
                                      "first",
                                      source.chunking().isPresent() ? " where chunk = 0" : "")
                                  .sql())
                          .map((row, context) -> new long[] {row.getLong(1), row.getLong(2)})
                          .one());
      add("rows", Level.OK, "%,d rows have a text, %,d have a vector.", counts[0], counts[1]);
    } catch (JdbiException e) {
      add(
          "rows",
          Level.STOP,
          "The rows cannot be counted, because their filter or text fails on one of them: %s",
          String.valueOf(
              e.getCause() == null ? String.valueOf(e.getMessage()) : e.getCause().getMessage()));
    }
    add(
        "present",
        Level.OK,
        "Active is %s: %s, %,d dimensions, in %s; its index is %s.",
        from.profile().name(),
        space.model(),
        space.dimensions(),
        from.table(),
        new VectorIndex(from, database).isReady() ? "valid" : "missing or invalid");
  }

  private void column(Source source, Collection from) {
    from.column()
        .ifPresent(
            column ->
                add(
                    "column",
                    Level.WARNING,
                    "The new vectors go into a table of their own. What reads the column %s of %s itself goes on with the old model's vectors and must read %s instead; once they are retired the column stays and is no longer kept in step.",
                    column,
                    source.table(),
                    source.activeView()));
  }

  private Optional<Space> target(Collection from) {
    if (!providers.knows(to)) {
      add(
          "target",
          Level.STOP,
          "The profile %s is not in the configuration file. Declare it under profiles.",
          to);
      return Optional.empty();
    }
    Space space;
    try {
      space = providers.space(to);
    } catch (VectorkeeperException e) {
      add("target", Level.STOP, "%s %s", e.code(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
    boolean same = space.fingerprint().equals(from.profile().space().fingerprint());
    add(
        "target",
        same ? Level.STOP : Level.OK,
        same
            ? "%s makes the same vectors as %s does now: %s, %,d dimensions. There is nothing to migrate."
            : "%1$s: %3$s, %4$,d dimensions.",
        to,
        from.profile().name(),
        space.model(),
        space.dimensions());
    return Optional.of(space);
  }

  private void reach(Space space) {
    try {
      ProviderTest.Result result = ProviderTest.run(providers, to);
      add(
          "provider",
          result.dimensions() == space.dimensions() ? Level.OK : Level.STOP,
          "The provider answers with %,d dimensions, within %.0f ms.",
          result.dimensions(),
          result.documentMillis());
      add(
          "price",
          result.usdPerMillionTokens().isPresent() ? Level.OK : Level.WARNING,
          result.usdPerMillionTokens().isPresent()
              ? "A million tokens cost %s US dollars."
              : "No price is known for it, so that the cost is not either.",
          result.usdPerMillionTokens().map(Object::toString).orElse(""));
    } catch (VectorkeeperException e) {
      add("provider", Level.STOP, "%s %s", e.code(), String.valueOf(e.getMessage()));
    }
  }

  /** What the file declares must be true already, so that a migration changes one thing only. */
  private void declaration(Source source, boolean known, Optional<String> column) {
    SourceDefinition declared = configuration.sources().get(source.name());
    if (declared == null) {
      add(
          "file",
          Level.STOP,
          "The source %s is not in the configuration file. Declare it again.",
          source.name());
      return;
    }
    if (!known) {
      return;
    }
    try {
      List<String> unapplied = new Apply(database, configuration, providers).plan().changes();
      if (unapplied.isEmpty()) {
        Apply.Plan plan =
            Apply.adding(database, configuration, providers, declared, to, column).plan();
        add(
            "rights",
            Level.OK,
            plan.isEmpty()
                ? "The collection is there already and is kept in step."
                : "This role may do it: %s.",
            String.join("; ", plan.changes()));
      } else {
        add(
            "file",
            Level.STOP,
            "The file declares what is not applied yet (%s). Run \"vectorkeeper apply\" first.",
            String.join("; ", unapplied));
      }
    } catch (VectorkeeperException e) {
      add("rights", Level.STOP, "%s %s", e.code(), String.valueOf(e.getMessage()));
    }
    if (declared.placement().table().isPresent()) {
      add(
          "file",
          Level.STOP,
          "placement.table names one table, and a migration needs two. Leave it out of the file.");
    }
  }

  private void others(Source source) {
    database
        .jdbi()
        .withHandle(handle -> Migrations.open(handle, source.name()))
        .ifPresent(
            open ->
                add(
                    "migration",
                    Level.STOP,
                    "A migration of %s is under way already: %s, begun by %s at %s. Go on with it (\"vectorkeeper migrate run %s --to %s\"), or end it with retire or abort.",
                    source.name(),
                    open.state(),
                    open.startedBy(),
                    open.startedAt(),
                    source.name(),
                    open.to()));
  }

  private void dependants(Source source, Collection from) {
    String names =
        "\\m("
            + String.join(
                "|",
                source.views().stream().map(view -> view.name().replaceAll("\\W", ".")).toList())
            + source.matchFunction().map(f -> "|" + f.name().replaceAll("\\W", ".")).orElse("")
            + ")\\M";
    List<Dependant> dependants = dependants(source.views(), names);
    if (dependants.isEmpty()) {
      add("dependants", Level.OK, "Nothing of yours in the database reads the views.");
    }
    for (Dependant dependant : dependants) {
      boolean frozen = dependant.kind().startsWith("materialised");
      boolean function = dependant.kind().equals("function");
      add(
          "dependants",
          frozen || function ? Level.WARNING : Level.OK,
          frozen
              ? "The %s %s stays in the old space until it is refreshed; refresh it right after the cutover."
              : function
                  ? "The %s %s goes on working; look whether it holds a dimension or a threshold of the old model."
                  : "The %s %s follows by itself.",
          dependant.kind(),
          dependant.name());
    }
    List<String> own = source.views().stream().map(SqlName::toString).toList();
    for (Dependant dependant : dependants(List.of(from.table()), "")) {
      boolean ours = own.stream().anyMatch(view -> view.endsWith(dependant.name()));
      if (!ours && !dependants.contains(dependant)) {
        add(
            "dependants",
            Level.WARNING,
            "The %s %s reads the old vectors' own table %s: it stays with them, and they cannot be retired before it is changed.",
            dependant.kind(),
            dependant.name(),
            from.table());
      }
    }
    add(
        "thresholds",
        Level.WARNING,
        "Similarities of two models do not compare. Give your thresholds to \"migrate run --threshold\" and change them with the cutover.");
  }

  private record Dependant(String kind, String name) {}

  /** What reads views or tables, directly or not, and functions whose text names one of them. */
  private List<Dependant> dependants(List<SqlName> roots, String names) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(DEPENDANTS)
                    .bindArray("roots", String.class, roots.stream().map(SqlName::sql).toList())
                    .bind("names", names)
                    .map((row, context) -> new Dependant(row.getString(1), row.getString(2)))
                    .list());
  }

  /**
   * A call that names no collection means the active one; two of one dimension are not told apart.
   */
  private void searches(Source source, Collection from, boolean present, Optional<Space> space) {
    String match = source.matchFunction().map(SqlName::toString).orElse("the match function");
    int dimensions = from.profile().space().dimensions();
    boolean alike =
        !present && space.filter(wanted -> wanted.dimensions() == dimensions).isPresent();
    String name = "%s(…, collection => '%s')".formatted(match, from.profile().name());
    if (alike && !options.searchesNamed()) {
      add(
          "searches",
          Level.STOP,
          "Both models make %,d dimensions, so that %s refuses every call that does not name its collection as soon as the new one is there. Let your application call %s first, then say --searches-named.",
          dimensions,
          match,
          name);
    } else {
      add(
          "searches",
          Level.WARNING,
          "From the cutover on a call that names no collection means the new one. Searches with vectors of the old model go on being answered if they call %s; name it before the cutover.",
          name);
    }
  }

  private Optional<Estimate> estimate(Collection from, Optional<Collection> present, Space space) {
    try {
      Estimate estimate =
          database
              .jdbi()
              .inTransaction(handle -> estimate(handle, planned(handle, from, present, space)));
      add(
          "cost",
          Level.OK,
          "%,d rows with %,d different texts are to be embedded: about %,d tokens%s%s.",
          estimate.rows(),
          estimate.texts(),
          estimate.tokens(),
          estimate
              .usd()
              .map(usd -> String.format(Locale.ROOT, ", %.4f US dollars", usd))
              .orElse(""),
          estimate
              .time()
              .map(time -> ", at least " + time.toString().substring(2).toLowerCase(Locale.ROOT))
              .orElse(""));
      space(estimate);
      return Optional.of(estimate);
    } catch (VectorkeeperException e) {
      add("cost", Level.STOP, "%s %s", e.code(), String.valueOf(e.getMessage()));
    } catch (JdbiException e) {
      add(
          "cost",
          Level.WARNING,
          "The cost could not be estimated: %s",
          String.valueOf(e.getMessage()));
    }
    return Optional.empty();
  }

  private Estimate estimate(Handle handle, Collection planned) {
    return new Estimator(database.jdbi(), planned, providers.embedder(planned.profile().name()))
        .of(handle, BackfillOptions.NONE, limit("requests-per-minute"), limit("tokens-per-minute"));
  }

  private OptionalLong limit(String option) {
    return providers.declared(to).number(option).map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  private Collection planned(
      Handle handle, Collection from, Optional<Collection> present, Space space) {
    if (present.isPresent()) {
      return present.get();
    }
    handle.execute(
        SqlText.of(NOTHING)
            .with(
                "keys",
                from.source()
                    .keys()
                    .join(
                        ", ",
                        i -> {
                          var column = from.source().keys().columns().get(i - 1);
                          return SqlName.quote(column.target()) + " " + column.type();
                        }))
            .sql());
    return new Collection(
        0,
        from.source(),
        new Profile(0, to, space, Optional.empty()),
        new SqlName("pg_temp", "vectorkeeper_planned"),
        Optional.empty(),
        from.index(),
        State.BUILDING,
        false);
  }

  private void space(Estimate estimate) {
    long needed = estimate.tableBytes() + 2 * estimate.indexBytes();
    Optional<Long> free = free();
    Level level = free.isEmpty() ? Level.WARNING : free.get() < needed ? Level.STOP : Level.OK;
    add(
        "disk",
        level,
        "%s for the vectors and %s for their index, as much again while that is built; %s.",
        megabytes(estimate.tableBytes()),
        megabytes(estimate.indexBytes()),
        free.map(bytes -> megabytes(bytes) + " are free")
            .orElse("the server's disk cannot be seen from here, look at it yourself"));
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MB", bytes / 1e6);
  }

  /** Known where the server's data directory is on this machine. */
  private Optional<Long> free() {
    try {
      String directory =
          database
              .jdbi()
              .withHandle(
                  handle -> handle.createQuery("show data_directory").mapTo(String.class).one());
      Path data = Path.of(directory);
      boolean here =
          database.url().jdbcUrl().matches("jdbc:postgresql://(localhost|127\\..*|\\[::1\\]).*");
      return here && Files.isDirectory(data)
          ? Optional.of(Files.getFileStore(data).getUsableSpace())
          : Optional.empty();
    } catch (JdbiException | java.io.IOException e) {
      return Optional.empty();
    }
  }

  private void server() {
    Doctor.server(database)
        .forEach(diagnosis -> add("server", level(diagnosis), "%s", diagnosis.sentence()));
    List<String> backup =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(BACKUP)
                        .map((row, context) -> sentences(row.getString(1), row.getString(2)))
                        .one());
    add(
        "backup",
        backup.isEmpty() ? Level.WARNING : Level.OK,
        "%s",
        backup.isEmpty()
            ? "The server knows of no backup: it archives no WAL and has no standby. The old vectors are kept until you retire them all the same."
            : String.join("; ", backup) + ".");
  }

  private static Level level(Diagnosis diagnosis) {
    return switch (diagnosis.level()) {
      case OK -> Level.OK;
      case WARNING -> Level.WARNING;
      case PROBLEM -> Level.STOP;
    };
  }

  private static List<String> sentences(
      @org.jspecify.annotations.Nullable String one,
      @org.jspecify.annotations.Nullable String other) {
    List<String> sentences = new ArrayList<>();
    if (one != null) {
      sentences.add(one);
    }
    if (other != null) {
      sentences.add(other);
    }
    return sentences;
  }

  private List<String> steps(Collection from, boolean swaps) {
    String column = from.column().orElse("");
    return List.of(
        swaps
            ? "Add the column %s and make the collection %s/%s in it; from then on changes go to both."
                .formatted(ColumnSwap.parked(column), sourceName, to)
            : "Make the collection %s/%s; from then on changes go to both."
                .formatted(sourceName, to),
        "Fill it, while searches go on in %s.".formatted(from.profile().name()),
        swaps
            ? "Build its index, and the like of everything that depends on %s.".formatted(column)
            : "Build its index.",
        "Verify it.",
        (swaps
                ? "Cut over: the two columns, and what depends on them, exchange names in one transaction. %s is kept in step."
                : "Cut over: one update of one row. %s is kept in step.")
            .formatted(from.profile().name()),
        "Roll back at any time, likewise, until you retire %s.".formatted(from.profile().name()));
  }
}
