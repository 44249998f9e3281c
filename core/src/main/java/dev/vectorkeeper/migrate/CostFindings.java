package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.backfill.BackfillOptions;
import dev.vectorkeeper.backfill.Estimate;
import dev.vectorkeeper.backfill.Estimator;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.catalog.Collection.State;
import dev.vectorkeeper.migrate.Finding.Level;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** The lines of a plan about what the filling takes: tokens, price, time, disk. */
final class CostFindings {
  /** A stand-in for a collection that is not there yet: nothing is stored in it. */
  private static final String NOTHING =
      "create temp table vectorkeeper_planned ({keys}, chunk integer, content_hash bytea) on commit drop";

  private final Database database;
  private final Providers providers;
  private final String to;
  private final Findings findings;

  CostFindings(Database database, Providers providers, String to, Findings findings) {
    this.database = database;
    this.providers = providers;
    this.to = to;
    this.findings = findings;
  }

  Optional<Estimate> find(Collection from, Optional<Collection> present, Space space) {
    try {
      Estimate estimate =
          database
              .jdbi()
              .inTransaction(handle -> estimate(handle, planned(handle, from, present, space)));
      findings.add(
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
      findings.add("cost", Level.STOP, "%s %s", e.code(), String.valueOf(e.getMessage()));
    } catch (JdbiException e) {
      findings.add(
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
    findings.add(
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
}
