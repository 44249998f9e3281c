package dev.vectorkeeper.doctor;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.canary.Canaries;
import dev.vectorkeeper.capture.CaptureDrift;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.CatalogSchema;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.declare.DriftOfSource;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.store.VectorIndex;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at the server, the catalog, each source's capture and each collection, and changes nothing.
 */
public final class Doctor {
  /** The first pgvector with all corrections of HNSW vacuum and insert errors. */
  private static final String SOUND_VECTOR = "0.8.4";

  private final Database database;
  private final Configuration configuration;
  private final Providers providers;
  private final List<Diagnosis> found = new ArrayList<>();

  public Doctor(Database database, Configuration configuration, Providers providers) {
    this.database = database;
    this.configuration = configuration;
    this.providers = providers;
  }

  /** Everything that was looked at, in order. */
  public List<Diagnosis> examine() {
    found.clear();
    found.addAll(server(database));
    Catalog catalog = new Catalog(database.jdbi());
    if (!catalog.isPresent()) {
      found.add(
          Diagnosis.problem(
              "VK-D06",
              "Nothing has been applied to this database yet. Run \"vectorkeeper apply\"."));
      return List.copyOf(found);
    }
    catalog();
    catalog.sources().forEach(this::source);
    catalog.liveCollections().forEach(this::collection);
    canaries();
    declaration();
    return List.copyOf(found);
  }

  /** Only what came apart between the sources and their tables since they were applied. */
  public List<Diagnosis> drift() {
    found.clear();
    new Catalog(database.jdbi()).sources().forEach(this::source);
    canaries();
    return found.stream().filter(diagnosis -> diagnosis.level() != Diagnosis.Level.OK).toList();
  }

  /** How the server and its pgvector are. */
  public static List<Diagnosis> server(Database database) {
    Server server = database.server();
    Diagnosis present =
        Diagnosis.ok(
            "The server is PostgreSQL %d.%d at %s."
                .formatted(server.version() / 10000, server.version() % 10000, database.url()));
    return List.of(present, vector(server));
  }

  private static Diagnosis vector(Server server) {
    if (server.vectorVersion().isEmpty()) {
      return Diagnosis.problem(
          "VK-D04",
          "The extension pgvector is not installed in this database. Run \"vectorkeeper apply\", or as an administrator: create extension vector;");
    }
    String version = server.vectorVersion().get();
    return isOlder(version, SOUND_VECTOR)
        ? Diagnosis.warning(
            "VK-W08",
            "pgvector is %s; versions before %s have errors in HNSW's vacuum and insert. Upgrade it when you can."
                .formatted(version, SOUND_VECTOR))
        : Diagnosis.ok("pgvector is %s.".formatted(version));
  }

  static boolean isOlder(String version, String than) {
    String[] left = version.split("\\.");
    String[] right = than.split("\\.");
    for (int i = 0; i < right.length; i++) {
      int a = i < left.length ? Integer.parseInt(left[i].replaceAll("\\D.*", "0")) : 0;
      int b = Integer.parseInt(right[i]);
      if (a != b) {
        return a < b;
      }
    }
    return false;
  }

  private void catalog() {
    int pending = new CatalogSchema(database).pending();
    found.add(
        pending == 0
            ? Diagnosis.ok("The catalog is up to date.")
            : Diagnosis.problem(
                "VK-D05", "The catalog is older than this program. Run \"vectorkeeper apply\"."));
  }

  private void source(Source source) {
    List<CaptureDrift.Finding> drift = DriftOfSource.find(database, source);
    if (drift.isEmpty()) {
      found.add(
          Diagnosis.ok(
              "Changes of %s are captured for the source %s."
                  .formatted(source.table(), source.name())));
    }
    drift.forEach(
        finding ->
            found.add(
                Diagnosis.problem(
                    finding.code(), "%s: %s".formatted(source.name(), finding.sentence()))));
  }

  private void collection(Collection collection) {
    collection
        .profile()
        .paused()
        .ifPresent(
            why ->
                found.add(
                    Diagnosis.problem(
                        "VK-W09",
                        "The profile %s is paused: %s"
                            .formatted(collection.profile().name(), why))));
    if (!providers.knows(collection.profile().name())) {
      found.add(
          Diagnosis.problem(
              "VK-C04",
              "The profile %s is not in the configuration file, so %s is not kept in step."
                  .formatted(collection.profile().name(), collection)));
    }
    boolean ready = collection.state() == Collection.State.READY;
    if (ready && !new VectorIndex(collection, database).isReady()) {
      found.add(
          Diagnosis.problem(
              "VK-W10",
              "The vector index of %s is missing or invalid. Run \"vectorkeeper backfill %s\", which builds it."
                  .formatted(collection, collection.source().name())));
    } else {
      found.add(
          Diagnosis.ok(
              "The collection %s is %s.".formatted(collection, ready ? "ready" : "being built")));
    }
    if (ready) {
      new VectorIndex(collection, database)
          .notes()
          .forEach(note -> found.add(Diagnosis.warning("VK-W15", note)));
    }
  }

  private void canaries() {
    new Canaries(database.jdbi())
        .changed()
        .forEach(sentence -> found.add(Diagnosis.problem("VK-W14", sentence)));
  }

  private void declaration() {
    try {
      Apply.Plan plan = new Apply(database, configuration, providers).plan();
      if (!plan.isEmpty()) {
        found.add(
            Diagnosis.warning(
                "VK-W11",
                "The file declares what is not applied yet: %s. Run \"vectorkeeper apply\"."
                    .formatted(String.join("; ", plan.changes()))));
      }
    } catch (VectorkeeperException e) {
      found.add(Diagnosis.problem(e.code(), String.valueOf(e.getMessage())));
    }
  }
}
