package dev.vectorkeeper.verify;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.IndexDefinition.Type;
import dev.vectorkeeper.store.VectorIndex;
import dev.vectorkeeper.verify.Neighbours.Neighbour;
import dev.vectorkeeper.verify.VerificationReport.SearchReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Whether the index is there, is used, finds what it should, and how fast. */
final class SearchCheck {
  /** Below so many rows the planner may rightly prefer to read them all. */
  private static final long FEW = 10_000;

  /** An exact search reads every vector, so that many of them would take long. */
  private static final int MOST = 200;

  /** Two similarities that differ by less are the same, computed in another order. */
  private static final double TIE = 1e-6;

  private static final String PLAN =
      """
      explain (format text, costs off) select {keys} from {table} c
      order by {indexed} {nearness} (select {query} from (select embedding from {table} limit 1) q(v)) limit 10
      """;

  private final Database database;
  private final Collection collection;
  private final VerificationOptions options;

  SearchCheck(Database database, Collection collection, VerificationOptions options) {
    this.database = database;
    this.collection = collection;
    this.options = options;
  }

  Optional<SearchReport> check(Handle handle, long vectors, List<Check> checks) {
    if (collection.index().type() != Type.NONE) {
      boolean ready = new VectorIndex(collection, database).isReady();
      checks.add(Check.of(CheckKind.INDEX_INVALID, ready ? 0 : 1, options, List.of()));
      boolean used = ready && isUsed(handle, vectors);
      checks.add(Check.of(CheckKind.INDEX_UNUSED, used ? 0 : 1, options, List.of()));
    }
    Neighbours neighbours = new Neighbours(handle, collection, database.server());
    List<String> sample =
        neighbours.sample(Math.min(MOST, options.sample()), options.seed(), Optional.empty());
    if (sample.isEmpty()) {
      return Optional.empty();
    }
    SearchReport report = search(neighbours, sample);
    checks.add(Check.of(CheckKind.RECALL, report.recall().value(), options, List.of()));
    checks.add(Check.of(CheckKind.P50, report.percentile(0.5), options, List.of()));
    checks.add(Check.of(CheckKind.P95, report.percentile(0.95), options, List.of()));
    return Optional.of(report);
  }

  private boolean isUsed(Handle handle, long vectors) {
    VectorIndex index = new VectorIndex(collection, database);
    if (vectors < FEW) {
      handle.execute("set local enable_seqscan = off");
    }
    try {
      return handle
          .createQuery(
              SqlText.of(PLAN)
                  .with("keys", collection.source().keys().targets("c"))
                  .with("table", collection.table())
                  .with("indexed", index.indexed())
                  .with("nearness", index.nearness())
                  .with("query", index.queried("q.v"))
                  .sql())
          .mapTo(String.class)
          .list()
          .stream()
          .anyMatch(line -> line.contains(" " + quoted(index.name()) + " "));
    } finally {
      handle.execute("set local enable_seqscan = on");
    }
  }

  private static String quoted(SqlName index) {
    return index.name().matches("[a-z_][a-z0-9_$]*") ? index.name() : SqlName.quote(index.name());
  }

  private SearchReport search(Neighbours neighbours, List<String> sample) {
    List<Double> recall = new ArrayList<>();
    List<Double> millis = new ArrayList<>();
    neighbours.found(sample.get(0), options.neighbours());
    for (String key : sample) {
      long start = System.nanoTime();
      List<Neighbour> found = neighbours.found(key, options.neighbours());
      millis.add((System.nanoTime() - start) / 1e6);
      recall.add(recall(found, neighbours.exact(key, options.neighbours())));
    }
    millis.sort(null);
    Interval mean =
        Bootstrap.estimate(
            recall.size(),
            options.seed(),
            rows -> java.util.Arrays.stream(rows).mapToDouble(recall::get).average().orElse(1));
    return new SearchReport(
        sample.size(), options.neighbours(), options.seed(), mean, recall, millis);
  }

  /** Rows as near as the last that was wanted count, whichever of them were found. */
  private static double recall(List<Neighbour> found, List<Neighbour> exact) {
    if (exact.isEmpty()) {
      return 1;
    }
    double farthest = exact.get(exact.size() - 1).similarity();
    long near = found.stream().filter(n -> n.similarity() >= farthest - TIE).count();
    return Math.min(1, (double) near / exact.size());
  }
}
