package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.backfill.Estimate;
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
import dev.vectorkeeper.profile.ProviderTest;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.store.VectorIndex;
import dev.vectorkeeper.swap.ColumnSwap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;

/** Finds out whether a source's model can be changed, and what that takes. Changes nothing. */
final class MigrationPlanner {
  private static final String COUNTS =
      """
      select (select count(*) from {source} where content_hash is not null),
             (select count(*) from {table}{first}),
             (select count(*) from {source} s where s.content_hash is not null
                and not exists (select from {table} c where {same}))
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
  private final Findings findings = new Findings();

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
      new SwapFindings(
              database,
              source,
              from,
              space.map(Space::dimensions),
              options.searchesNamed(),
              findings)
          .find();
    } else {
      column(source, from);
    }
    new DependantFindings(database, findings).find(source, from);
    searches(source, from, present.isPresent(), space);
    Optional<Estimate> estimate =
        space.flatMap(
            wanted ->
                new CostFindings(database, providers, to, findings).find(from, present, wanted));
    if (space.isPresent()) {
      new QuotaFindings(providers, to, findings).find(estimate);
    }
    server();
    return new MigrationPlan(
        sourceName, from.profile().name(), to, swaps, findings.all(), estimate, steps(from, swaps));
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
                                  .with("same", source.keys().targetEqual("c", "s"))
                                  .with(
                                      "first",
                                      source.chunking().isPresent() ? " where chunk = 0" : "")
                                  .sql())
                          .map(
                              (row, context) ->
                                  new long[] {row.getLong(1), row.getLong(2), row.getLong(3)})
                          .one());
      findings.add(
          "rows",
          Level.OK,
          "%,d rows have a text, and %,d of them no vector; there are %,d vectors.",
          counts[0],
          counts[2],
          counts[1]);
    } catch (JdbiException e) {
      findings.add(
          "rows",
          Level.STOP,
          "The rows cannot be counted, because their filter or text fails on one of them: %s",
          String.valueOf(
              e.getCause() == null ? String.valueOf(e.getMessage()) : e.getCause().getMessage()));
    }
    VectorIndex index = new VectorIndex(from, database);
    findings.add(
        "present",
        Level.OK,
        "Active is %s: %s, %,d dimensions, in %s; its index %s is %s.",
        from.profile().name(),
        space.model(),
        space.dimensions(),
        from.column()
            .map(column -> "the column " + column + " of " + source.table())
            .orElseGet(() -> from.table().toString()),
        index.name(),
        index.isReady() ? "valid" : "missing or invalid");
  }

  private void column(Source source, Collection from) {
    from.column()
        .ifPresent(
            column ->
                findings.add(
                    "column",
                    Level.WARNING,
                    "The new vectors go into a table of their own. What reads the column %s of %s itself goes on with the old model's vectors and must read %s instead; once they are retired the column stays and is no longer kept in step.",
                    column,
                    source.table(),
                    source.activeView()));
  }

  private Optional<Space> target(Collection from) {
    if (!providers.knows(to)) {
      findings.add(
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
      findings.add("target", Level.STOP, "%s %s", e.code(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
    boolean same = space.fingerprint().equals(from.profile().space().fingerprint());
    findings.add(
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
      findings.add(
          "provider",
          result.dimensions() == space.dimensions() ? Level.OK : Level.STOP,
          "The provider answers with %,d dimensions, within %.0f ms%s.",
          result.dimensions(),
          result.documentMillis(),
          providers.keyOrigin(to).map(origin -> ", to the key of " + origin).orElse(""));
      findings.add(
          "price",
          result.usdPerMillionTokens().isPresent() ? Level.OK : Level.WARNING,
          result.usdPerMillionTokens().isPresent()
              ? "A million tokens cost %s US dollars."
              : "No price is known for it, so that the cost is not either.",
          result.usdPerMillionTokens().map(Object::toString).orElse(""));
    } catch (VectorkeeperException e) {
      findings.add("provider", Level.STOP, "%s %s", e.code(), String.valueOf(e.getMessage()));
    }
  }

  /** What the file declares must be true already, so that a migration changes one thing only. */
  private void declaration(Source source, boolean known, Optional<String> column) {
    SourceDefinition declared = configuration.sources().get(source.name());
    if (declared == null) {
      findings.add(
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
        findings.add(
            "rights",
            Level.OK,
            plan.isEmpty()
                ? "The collection is there already and is kept in step."
                : "This role may do it: %s.",
            String.join("; ", plan.changes()));
      } else {
        findings.add(
            "file",
            Level.STOP,
            "The file declares what is not applied yet (%s). Run \"vectorkeeper apply\" first.",
            String.join("; ", unapplied));
      }
    } catch (VectorkeeperException e) {
      findings.add("rights", Level.STOP, "%s %s", e.code(), String.valueOf(e.getMessage()));
    }
    if (declared.placement().table().isPresent()) {
      findings.add(
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
                findings.add(
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
      findings.add(
          "searches",
          Level.STOP,
          "Both models make %,d dimensions, so that %s refuses every call that does not name its collection as soon as the new one is there. Let your application call %s first, then say --searches-named.",
          dimensions,
          match,
          name);
    } else {
      findings.add(
          "searches",
          Level.WARNING,
          "From the cutover on a call that names no collection means the new one. Searches with vectors of the old model go on being answered if they call %s; name it before the cutover.",
          name);
    }
  }

  private void server() {
    Doctor.server(database)
        .forEach(diagnosis -> findings.add("server", level(diagnosis), "%s", diagnosis.sentence()));
    List<String> backup =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(BACKUP)
                        .map((row, context) -> sentences(row.getString(1), row.getString(2)))
                        .one());
    findings.add(
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
