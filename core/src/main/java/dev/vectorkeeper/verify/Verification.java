package dev.vectorkeeper.verify;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.DataFault;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.verify.StoredVectors.Counts;
import dev.vectorkeeper.verify.VerificationReport.SearchReport;
import dev.vectorkeeper.verify.VerificationReport.SpaceComparison;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Verifies a collection: its vectors against the rows, its index against an exact search, its space
 * against another one. It reads under one snapshot and changes nothing but the catalog's memory of
 * what it found.
 */
public final class Verification {
  private static final String KEEP =
      "insert into vectorkeeper.verification (collection_id, passed, report) values (:collection, :passed, cast(:report as jsonb))";

  private final Database database;

  public Verification(Database database) {
    this.database = database;
  }

  /**
   * Verifies the collection of a source under a profile.
   *
   * @param profile the active collection's where nothing is given
   * @throws VectorkeeperException VK-V02 when there is no such collection, VK-V03 when a row's
   *     filter or text fails
   */
  public VerificationReport run(
      String source, Optional<String> profile, VerificationOptions options) {
    Catalog catalog = new Catalog(database.jdbi());
    List<Collection> live = catalog.liveCollections(catalog.source(source));
    Collection collection =
        live.stream()
            .filter(c -> profile.map(c.profile().name()::equals).orElse(c.active()))
            .findFirst()
            .orElseThrow(() -> unknown(source, profile, live));
    return run(collection, before(collection, live, options), options);
  }

  /** The collection whose space is compared. */
  private static Optional<Collection> before(
      Collection collection, List<Collection> live, VerificationOptions options) {
    if (options.against().isEmpty()) {
      return live.stream().filter(c -> c.active() && c.id() != collection.id()).findFirst();
    }
    return Optional.of(
        live.stream()
            .filter(c -> c.profile().name().equals(options.against().get()))
            .findFirst()
            .orElseThrow(() -> unknown(collection.source().name(), options.against(), live)));
  }

  private static VectorkeeperException unknown(
      String source, Optional<String> profile, List<Collection> live) {
    return new VectorkeeperException(
        "VK-V02",
        "The source %s has no %s; it has %s."
            .formatted(
                source,
                profile
                    .map(name -> "collection under a profile " + name)
                    .orElse("active collection"),
                live.stream().map(c -> c.profile().name()).collect(Collectors.joining(", "))));
  }

  private VerificationReport run(
      Collection collection, Optional<Collection> before, VerificationOptions options) {
    long started = System.nanoTime();
    List<Check> checks = new ArrayList<>();
    VerificationReport report;
    try (Handle handle = database.jdbi().open()) {
      report =
          handle.inTransaction(
              TransactionIsolationLevel.REPEATABLE_READ,
              snapshot -> {
                Counts counts =
                    new StoredVectors(snapshot, collection, database.server(), options)
                        .check(checks);
                Optional<SearchReport> search =
                    new SearchCheck(database, collection, options)
                        .check(snapshot, counts.vectors(), checks);
                Optional<SpaceComparison> comparison =
                    before.flatMap(
                        other ->
                            new SpaceCheck(snapshot, collection, other, database.server(), options)
                                .check(checks));
                return report(collection, counts, checks, search, comparison, started);
              });
    } catch (JdbiException e) {
      throw DataFault.of(e)
          .<RuntimeException>map(
              fault ->
                  new VectorkeeperException(
                      "VK-V03",
                      "The rows of %s cannot be read, because their filter or text fails on one of them: %s"
                          .formatted(collection.source().name(), fault.getMessage()),
                      e))
          .orElse(e);
    }
    keep(collection, report);
    return report;
  }

  private static VerificationReport report(
      Collection collection,
      Counts counts,
      List<Check> checks,
      Optional<SearchReport> search,
      Optional<SpaceComparison> comparison,
      long started) {
    return new VerificationReport(
        collection.source().name(),
        collection.profile().name(),
        collection.profile().space().model(),
        collection.profile().space().dimensions(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        (System.nanoTime() - started) / 1e9,
        checks.stream().allMatch(Check::passed),
        counts.rows(),
        counts.vectors(),
        counts.pending(),
        List.copyOf(checks),
        search,
        comparison);
  }

  private void keep(Collection collection, VerificationReport report) {
    database
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createUpdate(KEEP)
                    .bind("collection", collection.id())
                    .bind("passed", report.passed())
                    .bind("report", Json.line(report))
                    .execute());
  }
}
