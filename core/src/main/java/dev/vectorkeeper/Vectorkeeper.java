package dev.vectorkeeper;

import dev.vectorkeeper.access.Tokens;
import dev.vectorkeeper.activation.Activation;
import dev.vectorkeeper.adopt.Adoption;
import dev.vectorkeeper.backfill.BackfillOptions;
import dev.vectorkeeper.backfill.BackfillRuns;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.canary.Canaries;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.declare.ApplyScript;
import dev.vectorkeeper.declare.RecordedApply;
import dev.vectorkeeper.doctor.Doctor;
import dev.vectorkeeper.importing.ImportOptions;
import dev.vectorkeeper.importing.Importer;
import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.migrate.Migrator;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import dev.vectorkeeper.postgres.embedded.EmbeddedPostgres;
import dev.vectorkeeper.postgres.embedded.EmbeddedSettings;
import dev.vectorkeeper.profile.ApplicationKind;
import dev.vectorkeeper.profile.LocalKind;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.RemoteKind;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.remote.Vendors;
import dev.vectorkeeper.queue.DeadLetters;
import dev.vectorkeeper.run.Runs;
import dev.vectorkeeper.schedule.ScheduleRuns;
import dev.vectorkeeper.schedule.Schedules;
import dev.vectorkeeper.search.Search;
import dev.vectorkeeper.secret.SecretStore;
import dev.vectorkeeper.status.Standings;
import dev.vectorkeeper.status.Status;
import dev.vectorkeeper.verify.Verification;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.Worker;
import dev.vectorkeeper.worker.WorkerSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way in for an application that embeds Vectorkeeper, and for the command line: one database,
 * the configuration of one file, and what can be done with both. Safe for use by several threads.
 */
public final class Vectorkeeper implements AutoCloseable {
  /** For questions, which wait for no work. */
  private static final int SESSIONS = 8;

  private static final int WORKING = 16;
  private static final int SEARCHES = 8;

  /**
   * Where files are kept.
   *
   * @param data the embedded database's directory
   * @param cache where native libraries are unpacked
   */
  public record Directories(Path data, Path cache) {}

  private final Configuration configuration;
  private final @Nullable EmbeddedPostgres embedded;
  private final Providers providers;
  private final Database database;
  private @Nullable Database working;
  private @Nullable Database searches;
  private @Nullable Search search;

  private Vectorkeeper(
      Configuration configuration,
      @Nullable EmbeddedPostgres embedded,
      Database database,
      Providers providers) {
    this.configuration = configuration;
    this.embedded = embedded;
    this.database = database;
    this.providers = providers;
    if (embedded != null) {
      embedded.beforeClose(this::closeClients);
    }
  }

  /**
   * Connects to the configured database, or starts the embedded one where none is configured.
   *
   * @param environment where keys and addresses of providers come from that the file does not name
   * @throws VectorkeeperException when that is not possible
   */
  public static Vectorkeeper open(
      Configuration configuration, Directories directories, Map<String, String> environment) {
    return open(configuration, directories, environment, Map.of());
  }

  /**
   * The same for an application that brings providers of its own.
   *
   * @param given a provider for each profile with {@code provider: application}, by its name
   */
  public static Vectorkeeper open(
      Configuration configuration,
      Directories directories,
      Map<String, String> environment,
      Map<String, EmbeddingProvider> given) {
    Optional<String> url = configuration.database();
    EmbeddedPostgres embedded =
        url.isPresent()
            ? null
            : EmbeddedPostgres.start(new EmbeddedSettings(directories.data(), "vectorkeeper"));
    try {
      Database database =
          Database.open(
              embedded == null ? DatabaseUrl.parse(url.orElseThrow()) : address(embedded),
              SESSIONS);
      Map<String, Providers.Kind> kinds = new LinkedHashMap<>();
      kinds.put("local", new LocalKind(directories.cache()));
      kinds.put("application", new ApplicationKind(given));
      RemoteKind remote = new RemoteKind(environment, database::jdbi, configuration.prices());
      Vendors.names().forEach(vendor -> kinds.put(vendor, remote));
      Providers providers = new Providers(configuration.profiles(), kinds);
      return new Vectorkeeper(configuration, embedded, database, providers);
    } catch (RuntimeException e) {
      if (embedded != null) {
        embedded.close();
      }
      throw e;
    }
  }

  private static DatabaseUrl address(EmbeddedPostgres embedded) {
    return DatabaseUrl.of(embedded.jdbcUrl(), embedded.user(), embedded.password().reveal());
  }

  public Database database() {
    return database;
  }

  public Configuration configuration() {
    return configuration;
  }

  /** The embedded cluster, where no database is configured. */
  public Optional<EmbeddedPostgres> embedded() {
    return Optional.ofNullable(embedded);
  }

  /** Checks the configuration against the database and says what would change. */
  public Apply.Plan plan() {
    return new Apply(database, configuration, providers).plan();
  }

  /** Makes what is declared true; returns what was changed. */
  public Apply.Plan apply() {
    Apply apply = new Apply(database, configuration, providers);
    Apply.Plan plan = apply.plan();
    apply.execute(plan);
    return plan;
  }

  /** The same, with the SQL by which it was done. */
  public RecordedApply applyRecorded() {
    return RecordedApply.run(database, configuration, providers);
  }

  /** What {@link #apply()} runs, as SQL for an administrator. */
  public ApplyScript script() {
    return new ApplyScript(database, configuration, providers);
  }

  /** A worker that is to be started; it works until closed. */
  public Worker worker() {
    return new Worker(working(), providers, settings());
  }

  /** A worker that has been started. */
  public Worker startWorker() {
    Worker worker = worker();
    worker.start();
    return worker;
  }

  /**
   * Has something closed before this when the process is told to end. To be called before it
   * starts, so that nothing is left behind whenever that comes.
   */
  public void closeAtExit(Runnable close) {
    if (embedded != null) {
      embedded.beforeClose(close);
    } else {
      Runtime.getRuntime().addShutdownHook(new Thread(close, "vectorkeeper-exit"));
    }
  }

  /** Something that works until nothing is left to do. */
  public Drain drain() {
    return new Drain(working(), providers, settings());
  }

  /** The database in sessions of their own for work, which takes all that there are. */
  private synchronized Database working() {
    Database known = working;
    if (known == null) {
      known = Database.open(database.url(), WORKING);
      working = known;
    }
    return known;
  }

  private WorkerSettings settings() {
    return WorkerSettings.DEFAULT.withLoad(configuration.governor());
  }

  /**
   * Starts a backfill of each live collection of a source that has none running; {@link #drain()}
   * or a worker carries it out.
   */
  public List<Collection> startBackfill(String source) {
    Catalog catalog = catalog();
    List<Collection> live = catalog.liveCollections(catalog.source(source));
    database
        .jdbi()
        .useTransaction(
            handle -> live.forEach(collection -> new Backfills(collection).start(handle)));
    return live;
  }

  /**
   * Starts a backfill with options.
   *
   * @param profile the collection, by its profile; all live ones of the source where nothing is
   *     given
   * @return the collections that are backfilled
   * @throws VectorkeeperException VK-B01 when one of them has a backfill that would have to be
   *     asked for otherwise, VK-B02 when there is no such collection, VK-B03 for a condition that
   *     cannot be asked, VK-B04 when a budget is given and no price is known
   */
  public List<Collection> startBackfill(
      String source, Optional<String> profile, BackfillOptions options) {
    return new BackfillRuns(database, providers).start(source, profile, options);
  }

  /** Pausing, resuming, cancelling and estimating backfills. */
  public BackfillRuns backfills() {
    catalog();
    return new BackfillRuns(database, providers);
  }

  public Catalog catalog() {
    Catalog catalog = new Catalog(database.jdbi());
    catalog.requirePresent();
    return catalog;
  }

  /** Finding rows, in sessions of its own, so that no backfill makes a search wait for one. */
  public synchronized Search search() {
    catalog();
    Search known = search;
    if (known == null) {
      Database own = Database.open(database.url(), SEARCHES);
      searches = own;
      known = new Search(own, providers);
      search = known;
    }
    return known;
  }

  /** Switching between the collections of a source. */
  public Activation activation() {
    return new Activation(database);
  }

  /** Compares what a profile's provider makes of a few fixed texts with what it made before. */
  public Canaries.Compared compareCanaries(String profile) {
    return new Canaries(database.jdbi())
        .compare(catalog().profile(profile), providers.embedder(profile));
  }

  /** Taking over vectors that somebody else made. */
  public Adoption adoption() {
    catalog();
    return new Adoption(database, providers);
  }

  /**
   * Proposing how a hand-made system's vectors are adopted.
   *
   * @param probe whether the models may be asked where it is not sure which text vectors are of
   */
  public Importer importer(ImportOptions options, boolean probe) {
    return new Importer(database, options, probe ? Optional.of(providers) : Optional.empty());
  }

  /** Comparing what is stored with what should be. */
  public Verification verification() {
    catalog();
    return new Verification(database);
  }

  /** Changing the model of a source. */
  public Migrator migrator(MigrationListener listener) {
    catalog();
    return new Migrator(working(), configuration, providers, settings(), listener);
  }

  public Status status() {
    return new Status(database);
  }

  /** How all collections stand by the catalog and the planner's statistics. */
  public Standings standings() {
    return new Standings(database);
  }

  /** The providers behind the declared profiles. */
  public Providers providers() {
    return providers;
  }

  /** Secrets that lie sealed in the catalog. */
  public SecretStore secrets() {
    catalog();
    return new SecretStore(database.jdbi());
  }

  public DeadLetters deadLetters() {
    catalog();
    return new DeadLetters(database.jdbi());
  }

  /** What is asked of sources from outside. */
  public Runs runs() {
    catalog();
    return new Runs(working(), providers, settings());
  }

  /** Runs that begin at set times. */
  public Schedules schedules() {
    catalog();
    return new Schedules(database);
  }

  /** What became of those. */
  public ScheduleRuns scheduleRuns() {
    catalog();
    return new ScheduleRuns(database);
  }

  /** Who may call the server. */
  public Tokens tokens() {
    catalog();
    return new Tokens(database.jdbi());
  }

  public Doctor doctor() {
    return new Doctor(database, configuration, providers);
  }

  private synchronized void closeClients() {
    providers.close();
    if (searches != null) {
      searches.close();
    }
    if (working != null) {
      working.close();
    }
    database.close();
  }

  /** Closes the sessions; an embedded cluster ends with its last user. */
  @Override
  public void close() {
    if (embedded != null) {
      embedded.close();
    } else {
      closeClients();
    }
  }
}
