package dev.vectorkeeper.examples.questions;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import java.util.List;

/** How sensible searches are: whether WordNet relates what is found to what was asked. */
final class Relevance {
  private static final int NEIGHBOURS = 5;

  private final Stage stage;
  private final List<Entry> sample;

  /**
   * Searches with questions that are there.
   *
   * @param every each so many of the entries is searched with
   */
  Relevance(Stage stage, List<Entry> entries, int every) {
    this.stage = stage;
    this.sample =
        java.util.stream.IntStream.range(0, entries.size() / every)
            .mapToObj(i -> entries.get(i * every + 1))
            .toList();
  }

  /** The share of the nearest questions that WordNet relates to the one that was asked. */
  double found() {
    long related = 0;
    long all = 0;
    for (Entry asked : sample) {
      for (String id : nearest(asked.id())) {
        all++;
        related += stage.texts().related(asked, stage.texts().entry(Long.parseLong(id))) ? 1 : 0;
      }
    }
    return (double) related / all;
  }

  private List<String> nearest(long id) {
    return stage.column(
        """
        select m.id from match_questions_with_solutions(
          (select embedding from questions where id = %1$d), -1, %2$d) m
        where m.id <> %1$d and m.id >= 100000000 limit %3$d
        """
            .formatted(id, NEIGHBOURS + 1, NEIGHBOURS));
  }

  /** The share of all pairs of the sample that it relates. */
  double byChance() {
    long related = 0;
    long all = 0;
    for (Entry one : sample) {
      for (Entry other : sample.subList(sample.indexOf(one) + 1, sample.size())) {
        all++;
        related += stage.texts().related(one, other) ? 1 : 0;
      }
    }
    return (double) related / all;
  }
}
