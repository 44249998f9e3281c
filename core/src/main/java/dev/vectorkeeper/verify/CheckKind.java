package dev.vectorkeeper.verify;

import dev.vectorkeeper.VectorkeeperException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is looked at, and how much of it is borne unless somebody asks otherwise. */
public enum CheckKind {
  /** Rows with a text and without a vector that nobody is at work on. */
  MISSING(0.0, true),
  /** Vectors whose row is gone, filtered out or blank. */
  ORPHAN(0.0, true),
  /** Vectors of a text that the row no longer has. */
  STALE(0.0, true),
  /** Dead letters: rows that are tried no more and have no vector. */
  DEAD(0.0, true),
  /** Vectors of another number of dimensions than the profile's. */
  WRONG_DIMENSION(0.0, true),
  /** Vectors of length zero, which are near to nothing. */
  ZERO(0.0, true),
  /** Vectors whose length is no finite number. */
  NON_FINITE(0.0, true),
  /** Vectors that are not of length 1, where the profile says that they are. */
  NOT_NORMALISED(0.0, true),
  /** Equal vectors of many different texts. */
  COLLAPSED(0.0, true),
  /** Vectors of texts that were cut at the model's limit; told, and no failure by itself. */
  TRUNCATED(null, true),
  /** 1 where the vector index is missing or invalid. */
  INDEX_INVALID(0.0, true),
  /** 1 where the planner does not search by the index. */
  INDEX_UNUSED(0.0, true),
  /** Share of the nearest rows that a search by the index finds. */
  RECALL(0.9, false),
  /** Median time of a search in milliseconds. */
  P50(null, true),
  /** Time in milliseconds that 95 of 100 searches take at most. */
  P95(null, true),
  /** Mean share of a row's nearest rows that are the same in the other space. */
  OVERLAP(null, false);

  private final Optional<Double> limit;
  private final boolean most;

  CheckKind(@org.jspecify.annotations.Nullable Double limit, boolean most) {
    this.limit = Optional.ofNullable(limit);
    this.most = most;
  }

  /** The limit where none is asked for; nothing where the check only tells. */
  public Optional<Double> limit() {
    return limit;
  }

  /** Whether a limit is the most that is borne, rather than the least. */
  public boolean isMost() {
    return most;
  }

  /** Its name on the command line and in reports, such as {@code not-normalised}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The kind of a name.
   *
   * @throws VectorkeeperException VK-V01 when there is none
   */
  public static CheckKind named(String name) {
    return Arrays.stream(values())
        .filter(kind -> kind.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-V01",
                    "There is no check \"%s\"; there are %s."
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(CheckKind::toString)
                                .collect(Collectors.joining(", ")))));
  }
}
