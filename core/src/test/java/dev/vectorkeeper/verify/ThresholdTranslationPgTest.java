package dev.vectorkeeper.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.testing.LocalKeeper;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.WordNetTexts;
import dev.vectorkeeper.verify.ThresholdTranslation.Translated;
import dev.vectorkeeper.verify.VerificationOptions.LabelledPair;
import dev.vectorkeeper.verify.VerificationReport.SpaceComparison;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Thresholds of one real model in the space of another, judged by rows that had no say in it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledIfSystemProperty(
    named = "vectorkeeper.size",
    matches = "full",
    disabledReason =
        "Two real models take their time; the example questions translates a threshold at small size.")
class ThresholdTranslationPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int ROWS = FULL ? 20_000 : 2_400;

  /** How far the share of accepted pairs may be from what it was; a smaller sample tells less. */
  private static final double TOLERANCE = FULL ? 0.02 : 0.035;

  private static final int SAMPLE = ROWS / 2;
  private static final int NEIGHBOURS = 10;
  private static final long SEED = 11;

  private TestDatabase test;
  private Vectorkeeper keeper;

  @BeforeAll
  void embed() {
    test = TestDatabase.create();
    test.sql("create table notes (id bigint primary key, body text)");
    WordNetTexts.fill(test, "notes", ROWS);
    keeper =
        LocalKeeper.open(test, "  notes: {table: notes, text: body, collections: [minilm, bge]}\n");
    keeper.apply();
    LocalKeeper.drain(keeper);
  }

  @AfterAll
  void close() {
    keeper.close();
    test.close();
  }

  private SpaceComparison compare(int sample, List<Double> thresholds, List<LabelledPair> pairs) {
    VerificationOptions options =
        new VerificationOptions(
            Map.of(), sample, NEIGHBOURS, SEED, Optional.empty(), thresholds, pairs);
    return keeper
        .verification()
        .run("notes", Optional.of("bge"), options)
        .comparison()
        .orElseThrow();
  }

  /** Similarities of the rows that are not in the sample to their nearest rows. */
  private double[][] heldOut(Collection collection, Set<String> sample) {
    return keeper
        .database()
        .jdbi()
        .withHandle(
            handle -> {
              Neighbours neighbours =
                  new Neighbours(handle, collection, keeper.database().server());
              List<double[]> similarities = new ArrayList<>();
              for (int id = 1; id <= ROWS; id++) {
                if (!sample.contains(Integer.toString(id))) {
                  similarities.add(
                      neighbours.found(Integer.toString(id), NEIGHBOURS).stream()
                          .mapToDouble(Neighbours.Neighbour::similarity)
                          .toArray());
                }
              }
              return similarities.toArray(double[][]::new);
            });
  }

  @Test
  void a_translated_threshold_accepts_the_same_share_of_other_pairs() {
    List<Collection> collections = keeper.catalog().liveCollections();
    Set<String> sample =
        keeper
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    new HashSet<>(
                        new Neighbours(handle, collections.get(1), keeper.database().server())
                            .sample(SAMPLE, SEED, Optional.of(collections.get(0)))));
    assertThat(sample).hasSize(SAMPLE);
    double[][] before = heldOut(collections.get(0), sample);
    double[][] after = heldOut(collections.get(1), sample);
    List<Double> thresholds = new ArrayList<>();
    for (double threshold = 0.05; threshold < 1; threshold += 0.01) {
      double share = ThresholdTranslation.accepted(before, threshold);
      if (share >= 0.2 && share <= 0.8) {
        thresholds.add(threshold);
      }
    }
    assertThat(thresholds).hasSizeGreaterThan(10);
    SpaceComparison comparison = compare(SAMPLE, thresholds, List.of());
    double worst = 0;
    for (Translated translated : comparison.thresholds()) {
      double wanted = ThresholdTranslation.accepted(before, translated.from());
      double kept = ThresholdTranslation.accepted(after, translated.to().value());
      worst = Math.max(worst, Math.abs(kept - wanted));
      assertThat(kept)
          .as("share at %s", translated)
          .isBetween(wanted - TOLERANCE, wanted + TOLERANCE);
      assertThat(translated.to().value()).isBetween(translated.to().low(), translated.to().high());
    }
    System.out.printf(
        "thresholds: %d translated, farthest from the share %.4f, overlap %.3f%n",
        thresholds.size(), worst, comparison.overlap().value());
  }

  @Test
  void labelled_pairs_give_the_threshold_that_tells_them_apart() {
    test.sql("insert into notes select id + 1000000, body || ' (again)' from notes where id <= 40");
    LocalKeeper.drain(keeper);
    List<LabelledPair> pairs = new ArrayList<>();
    for (int id = 1; id <= 40; id++) {
      pairs.add(new LabelledPair("" + id, "" + (id + 1_000_000), true));
      pairs.add(new LabelledPair("" + id, "" + (id + 100), false));
    }
    Translated translated = compare(100, List.of(0.9), pairs).thresholds().get(0);
    assertThat(translated.byPairs())
        .hasValueSatisfying(
            by -> {
              assertThat(by.pairs()).isEqualTo(80);
              assertThat(by.f1()).isGreaterThan(0.97);
              assertThat(by.to()).isBetween(0.7, 0.99);
            });
    assertThat(compare(100, List.of(1.5), List.of()).thresholds().get(0).isOutside()).isTrue();
  }
}
