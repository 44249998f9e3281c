package dev.vectorkeeper.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.DataFault;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.verify.StoredVectors.Counts;
import dev.vectorkeeper.verify.VerificationReport.SearchReport;
import dev.vectorkeeper.verify.VerificationReport.SpaceComparison;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
      """
      with old as (
        delete from vectorkeeper.verification where verification_id in (
          select verification_id from vectorkeeper.verification where collection_id = :collection
          order by verification_id desc offset 20))
      insert into vectorkeeper.verification (collection_id, passed, report, migration_id)
      values (:collection, :passed, cast(:report as jsonb), :migration)
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String FAILED =
      """
      select s.name as source, p.name as profile, v.at from (
        select distinct on (collection_id) collection_id, passed, at from vectorkeeper.verification
        order by collection_id, verification_id desc) v
      join vectorkeeper.collection c using (collection_id)
      join vectorkeeper.source s using (source_id) join vectorkeeper.profile p using (profile_id)
      where not v.passed and c.state <> 'retired' order by 1, 2
      """;

  private static final String LAST =
      """
      select v.report::text from vectorkeeper.verification v
      where v.verification_id in (
        select max(verification_id) from vectorkeeper.verification join vectorkeeper.collection c using (collection_id)
        where c.source_id = :source and c.state <> 'retired' group by collection_id)
      order by v.verification_id desc
      """;

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
    return run(source, profile, options, OptionalLong.empty());
  }

  /**
   * The same for a migration, whose cutover it allows where it passes.
   *
   * @param migration the migration's number
   */
  public VerificationReport run(
      String source,
      Optional<String> profile,
      VerificationOptions options,
      OptionalLong migration) {
    Catalog catalog = new Catalog(database.jdbi());
    List<Collection> live = catalog.liveCollections(catalog.source(source));
    Collection collection = verified(source, profile, live);
    return run(collection, before(collection, live, options), options, migration);
  }

  private static Collection verified(
      String source, Optional<String> profile, List<Collection> live) {
    return live.stream()
        .filter(c -> profile.map(c.profile().name()::equals).orElse(c.active()))
        .findFirst()
        .orElseThrow(() -> unknown(source, profile, live));
  }

  /**
   * A report with what people look at by hand beside it.
   *
   * @param neighbours how many of the newest row's nearest rows
   */
  public Validation validation(VerificationReport report, int neighbours) {
    Catalog catalog = new Catalog(database.jdbi());
    Collection collection =
        verified(
            report.source(),
            Optional.of(report.profile()),
            catalog.liveCollections(catalog.source(report.source())));
    return new Validation(
        report,
        database.jdbi().withHandle(handle -> Parity.of(handle, collection)),
        report.search().flatMap(search -> NewestRow.find(database, collection, neighbours)));
  }

  /** The last report of each live collection of a source, as JSON. */
  public List<JsonNode> last(Source source) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(LAST)
                    .bind("source", source.id())
                    .map((row, context) -> read(row.getString(1)))
                    .list());
  }

  /**
   * A collection whose last verification did not pass.
   *
   * @param source the source's name
   * @param profile the profile's name
   * @param at when it was
   */
  public record Failed(String source, String profile, Instant at) {}

  /** The collections whose last verification did not pass. */
  public List<Failed> failed() {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(FAILED)
                    .map(
                        (row, context) ->
                            new Failed(
                                row.getString("source"),
                                row.getString("profile"),
                                row.getTimestamp("at").toInstant()))
                    .list());
  }

  private static JsonNode read(String report) {
    try {
      return JSON.readTree(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the catalog holds a report that is not understood", e);
    }
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
      Collection collection,
      Optional<Collection> before,
      VerificationOptions options,
      OptionalLong migration) {
    long started = System.nanoTime();
    List<Check> checks = new ArrayList<>();
    VerificationReport report;
    try (Handle handle = database.jdbi().open()) {
      report =
          handle.inTransaction(
              TransactionIsolationLevel.REPEATABLE_READ,
              snapshot -> {
                before.ifPresent(
                    other ->
                        requireKeys(new Neighbours(snapshot, other, database.server()), options));
                Counts counts = counts(snapshot, collection, options, checks);
                boolean comparable =
                    checks.stream()
                        .noneMatch(
                            c ->
                                c.name().equals(CheckKind.WRONG_DIMENSION.toString())
                                    && c.value() > 0);
                Optional<SearchReport> search =
                    comparable
                        ? new SearchCheck(database, collection, options)
                            .check(snapshot, counts.vectors(), checks)
                        : Optional.empty();
                Optional<SpaceComparison> comparison =
                    before
                        .filter(other -> comparable)
                        .flatMap(
                            other ->
                                new SpaceCheck(
                                        snapshot, collection, other, database.server(), options)
                                    .check(checks));
                return report(collection, counts, checks, search, comparison, started);
              });
    }
    keep(collection, report, migration);
    return report;
  }

  private Counts counts(
      Handle snapshot, Collection collection, VerificationOptions options, List<Check> checks) {
    try {
      return new StoredVectors(snapshot, collection, database.server(), options).check(checks);
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
  }

  /** A pair that names no key is found before anything takes long. */
  private static void requireKeys(Neighbours neighbours, VerificationOptions options) {
    for (VerificationOptions.LabelledPair pair : options.pairs()) {
      try {
        neighbours.requireKeys(pair);
      } catch (JdbiException | IllegalArgumentException e) {
        throw new VectorkeeperException(
            "VK-V04",
            "The labelled pair %s, %s names something that cannot be a key of the source."
                .formatted(pair.first(), pair.second()),
            e);
      }
    }
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

  private void keep(Collection collection, VerificationReport report, OptionalLong migration) {
    database
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createUpdate(KEEP)
                    .bind("collection", collection.id())
                    .bind("passed", report.passed())
                    .bind("report", Json.line(report))
                    .bind("migration", migration.isPresent() ? migration.getAsLong() : null)
                    .execute());
  }
}
