package dev.vectorkeeper.adopt;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.adopt.Candidates.Candidate;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.Vectors;
import dev.vectorkeeper.queue.Totals;
import dev.vectorkeeper.queue.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes over vectors that were made before Vectorkeeper came: from a table of the user's, those in
 * such a table that became the collection's, or those in the source's own column, which until then
 * count as the application's. A sample is embedded again first: only vectors of the same space
 * agree.
 */
public final class Adoption {
  private final Database database;
  private final Providers providers;
  private final Catalog catalog;

  public Adoption(Database database, Providers providers) {
    this.database = database;
    this.providers = providers;
    this.catalog = new Catalog(database.jdbi());
  }

  /**
   * Compares a sample, and takes the vectors over where it agrees.
   *
   * @param profile the collection, by its profile; the active one where nothing is given
   * @param dryRun whether to compare only
   * @throws VectorkeeperException VK-O01 when there is no place to take them from or to, VK-O02
   *     when there is nothing to adopt, VK-O03 when the vectors differ from those that the profile
   *     makes; nothing was adopted then
   */
  public AdoptionReport run(
      String source, Optional<String> profile, AdoptionOptions options, boolean dryRun) {
    Collection collection = collection(source, profile);
    Candidates candidates = Candidates.of(database, collection, options);
    Candidates.Counts counts = candidates.count();
    if (counts.candidates() - counts.changed() <= 0) {
      throw new VectorkeeperException(
          "VK-O02",
          "There is nothing to adopt for %s: %s."
              .formatted(
                  collection,
                  counts.candidates() == 0
                      ? "no row that wants a vector has one there"
                      : "all of the %,d rows changed after their vectors were made"
                          .formatted(counts.candidates())));
    }
    Comparison comparison = compare(collection, candidates.sample());
    double share = (double) comparison.agreeing(options.cosine()) / comparison.size();
    double[] interval = wilson(comparison.agreeing(options.cosine()), comparison.size());
    if (share < options.share()) {
      throw new VectorkeeperException(
          "VK-O03",
          "The vectors are not those that %s makes: of %d rows that were embedded again %d have a cosine of %s or more (%.1f to %.1f %%), the mean is %.3f, the lowest %.3f. Nothing was adopted. Is it another model, prefix or text?"
              .formatted(
                  collection.profile().name(),
                  comparison.size(),
                  comparison.agreeing(options.cosine()),
                  options.cosine(),
                  interval[0] * 100,
                  interval[1] * 100,
                  comparison.mean(),
                  comparison.lowest()));
    }
    long others = dryRun ? 0 : candidates.takeOthers();
    long adopted = dryRun ? 0 : candidates.adopt();
    if (!dryRun && options.from().isEmpty() && collection.column().isEmpty()) {
      letGoOn(collection);
    }
    return new AdoptionReport(
        source,
        collection.profile().name(),
        counts.candidates(),
        counts.changed(),
        comparison.size(),
        comparison.agreeing(options.cosine()),
        comparison.lowest(),
        comparison.mean(),
        interval[0],
        interval[1],
        adopted,
        others);
  }

  /** The backfill that was held until the table's vectors were adopted. */
  private void letGoOn(Collection collection) {
    database
        .jdbi()
        .useTransaction(
            handle -> {
              Backfills backfills = new Backfills(collection);
              if (backfills.resume(handle, Optional.empty())) {
                backfills.expect(handle);
              }
            });
  }

  private Collection collection(String source, Optional<String> profile) {
    catalog.requirePresent();
    return catalog.liveCollections(catalog.source(source)).stream()
        .filter(c -> profile.map(c.profile().name()::equals).orElse(c.active()))
        .findFirst()
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-O01",
                    "The source %s has no %s. Declare it and run \"vectorkeeper apply\" first, while no worker runs."
                        .formatted(
                            source,
                            profile
                                .map(name -> "collection under " + name)
                                .orElse("active collection"))));
  }

  /** The cosines between stored vectors and those that the profile makes of the same texts. */
  private record Comparison(List<Double> cosines) {
    int size() {
      return cosines.size();
    }

    int agreeing(double least) {
      return (int) cosines.stream().filter(cosine -> cosine >= least).count();
    }

    double lowest() {
      return cosines.stream().mapToDouble(c -> c).min().orElse(0);
    }

    double mean() {
      return cosines.stream().mapToDouble(c -> c).average().orElse(0);
    }
  }

  private Comparison compare(Collection collection, List<Candidate> sample) {
    Embedder embedder = providers.embedder(collection.profile().name());
    Embedder.Embedded embedded =
        embedder.embed(sample.stream().map(Candidate::content).toList(), TextSide.DOCUMENT);
    Usage usage = Usage.of(embedded);
    database.jdbi().useHandle(handle -> Totals.addUsage(handle, collection.profile().id(), usage));
    List<float[]> vectors = embedded.vectors("The sample");
    List<Double> cosines = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      cosines.add(Vectors.cosine(vectors.get(i), sample.get(i).vector()));
    }
    return new Comparison(cosines);
  }

  /** Wilson's interval of a share (1927), which holds at shares near 1. */
  static double[] wilson(int hits, int trials) {
    double z = 1.959964;
    double share = (double) hits / trials;
    double centre = share + z * z / (2 * trials);
    double half = z * Math.sqrt(share * (1 - share) / trials + z * z / (4.0 * trials * trials));
    double scale = 1 + z * z / trials;
    return new double[] {
      Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)
    };
  }
}
