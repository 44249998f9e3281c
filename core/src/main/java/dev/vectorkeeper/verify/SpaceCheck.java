package dev.vectorkeeper.verify;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.verify.Neighbours.Neighbour;
import dev.vectorkeeper.verify.ThresholdTranslation.ByPairs;
import dev.vectorkeeper.verify.VerificationReport.Histogram;
import dev.vectorkeeper.verify.VerificationReport.SpaceComparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Compares the space of a collection with that of another one of the same source. */
final class SpaceCheck {
  private final Handle handle;
  private final Collection collection;
  private final Collection before;
  private final Server server;
  private final VerificationOptions options;

  SpaceCheck(
      Handle handle,
      Collection collection,
      Collection before,
      Server server,
      VerificationOptions options) {
    this.handle = handle;
    this.collection = collection;
    this.before = before;
    this.server = server;
    this.options = options;
  }

  Optional<SpaceComparison> check(List<Check> checks) {
    Neighbours now = new Neighbours(handle, collection, server);
    Neighbours then = new Neighbours(handle, before, server);
    List<String> sample = now.sample(options.sample(), options.seed(), Optional.of(before));
    List<double[]> similarities = new ArrayList<>();
    List<double[]> similaritiesBefore = new ArrayList<>();
    List<Double> overlap = new ArrayList<>();
    for (String key : sample) {
      List<Neighbour> near = now.found(key, options.neighbours());
      List<Neighbour> nearBefore = then.found(key, options.neighbours());
      similarities.add(similarities(near));
      similaritiesBefore.add(similarities(nearBefore));
      overlap.add(overlap(near, nearBefore));
    }
    if (sample.isEmpty()) {
      return Optional.empty();
    }
    Interval mean =
        Bootstrap.estimate(
            overlap.size(),
            options.seed(),
            rows -> Arrays.stream(rows).mapToDouble(overlap::get).average().orElse(0));
    checks.add(Check.of(CheckKind.OVERLAP, mean.value(), options, List.of()));
    ThresholdTranslation translation = new ThresholdTranslation(similaritiesBefore, similarities);
    return Optional.of(
        new SpaceComparison(
            before.profile().name(),
            sample.size(),
            options.neighbours(),
            options.seed(),
            mean,
            overlap,
            Histogram.of(similaritiesBefore),
            Histogram.of(similarities),
            options.thresholds().stream()
                .map(
                    threshold ->
                        translation.translate(
                            threshold, options.seed(), byPairs(threshold, then, now)))
                .toList()));
  }

  private static double[] similarities(List<Neighbour> near) {
    return near.stream().mapToDouble(Neighbour::similarity).toArray();
  }

  private static double overlap(List<Neighbour> one, List<Neighbour> other) {
    Set<String> keys = one.stream().map(Neighbour::key).collect(Collectors.toSet());
    int most = Math.max(one.size(), other.size());
    return most == 0
        ? 1
        : (double) other.stream().filter(n -> keys.contains(n.key())).count() / most;
  }

  private Optional<ByPairs> byPairs(double threshold, Neighbours then, Neighbours now) {
    List<double[]> both = new ArrayList<>();
    List<Boolean> same = new ArrayList<>();
    for (VerificationOptions.LabelledPair pair : options.pairs()) {
      Optional<Double> similarityBefore = then.similarity(pair);
      Optional<Double> similarity = now.similarity(pair);
      if (similarityBefore.isPresent() && similarity.isPresent()) {
        both.add(new double[] {similarityBefore.get(), similarity.get()});
        same.add(pair.same());
      }
    }
    if (!same.contains(true)) {
      return Optional.empty();
    }
    boolean[] labels = new boolean[same.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = same.get(i);
    }
    return Optional.of(
        ThresholdTranslation.byPairs(
            threshold,
            both.stream().mapToDouble(pair -> pair[0]).toArray(),
            both.stream().mapToDouble(pair -> pair[1]).toArray(),
            labels));
  }
}
