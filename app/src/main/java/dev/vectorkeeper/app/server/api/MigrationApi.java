package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.app.server.Problem;
import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.migrate.MigrationOptions;
import dev.vectorkeeper.migrate.MigrationState;
import dev.vectorkeeper.migrate.MigrationStatus;
import dev.vectorkeeper.migrate.Migrator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changing a source's model. A run takes long, so it goes on behind the call; what stopped it is
 * kept in this process, how far it is in the catalog.
 */
public final class MigrationApi implements Api {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationApi.class);

  private record View(
      Optional<MigrationStatus> status, boolean underWay, Optional<Problem> stoppedBy) {}

  private final Vectorkeeper keeper;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final Map<String, Problem> stopped = new ConcurrentHashMap<>();

  public MigrationApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of(
        "getMigration", call -> view(call.source()),
        "planMigration", this::plan,
        "runMigration", this::run,
        "stepMigration", this::step);
  }

  private Migrator migrator() {
    return keeper.migrator(MigrationListener.NONE);
  }

  private View view(String source) {
    Migrator migrator = migrator();
    return new View(
        migrator.last(source).map(last -> migrator.status(source)),
        underWay.contains(source),
        Optional.ofNullable(stopped.get(source)));
  }

  private static MigrationOptions options(Call call) {
    MigrationOptions options = MigrationOptions.DEFAULT;
    options = call.flag("searches_named") ? options.withSearchesNamed() : options;
    options = call.flag("writers_ready") ? options.withWritersReady() : options;
    options = call.flag("into_table") ? options.withTable() : options;
    return call.flag("force") ? options.forced() : options;
  }

  private Object plan(Call call) {
    keeper.catalog().source(call.source());
    return migrator().plan(call.source(), call.text("to").orElseThrow(), options(call));
  }

  private Object run(Call call) {
    String source = keeper.catalog().source(call.source()).name();
    String to = call.text("to").orElseThrow();
    MigrationOptions options = options(call);
    MigrationState until = MigrationState.gate(call.text("until").orElse("verified")).orElseThrow();
    if (!underWay.add(source)) {
      throw new VectorkeeperException(
          "VK-M02", "This server is at the migration of %s already.".formatted(source));
    }
    stopped.remove(source);
    Thread thread =
        new Thread(() -> run(source, to, options, until), "vectorkeeper-migration-" + source);
    thread.setDaemon(true);
    thread.start();
    return new Call.Reply(202, view(source));
  }

  private void run(String source, String to, MigrationOptions options, MigrationState until) {
    try {
      migrator().run(source, to, options, until);
    } catch (VectorkeeperException e) {
      stopped.put(source, Problem.of(e, "/v1/sources/" + source + "/migration/run"));
    } catch (RuntimeException e) {
      LOG.error("The migration of {}: {}", source, e.getMessage(), e);
      stopped.put(source, Problem.unforeseen("/v1/sources/" + source + "/migration/run"));
    } finally {
      underWay.remove(source);
    }
  }

  private Object step(Call call) {
    String source = call.source();
    boolean dryRun = call.flag("dry_run");
    MigrationOptions options = options(call);
    switch (call.parameter("step")) {
      case "cutover" -> migrator().cutover(source, options, dryRun);
      case "rollback" -> migrator().rollback(source, options, dryRun);
      case "retire" -> migrator().retire(source, options, dryRun);
      default -> migrator().abort(source, options, dryRun);
    }
    stopped.remove(source);
    keeper.search().refresh();
    return view(source);
  }
}
