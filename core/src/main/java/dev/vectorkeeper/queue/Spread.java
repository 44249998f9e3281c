package dev.vectorkeeper.queue;

import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * How durations are spread, as counts in places whose upper ends double: place k holds what took at
 * most 2^(k - 7) seconds and is in no place before, so that the first ends at 8 ms and the last but
 * one at 18 hours.
 */
public final class Spread {
  private static final int PLACES = 24;
  private static final double FIRST = 1 / 128.0;

  private final long[] counts = new long[PLACES];

  /** Adds durations of one length. */
  public Spread add(Duration duration, long times) {
    double seconds = Math.max(FIRST, duration.toNanos() / 1e9);
    int place = (int) Math.ceil(Math.log(seconds / FIRST) / Math.log(2));
    return add(place, times);
  }

  /** Adds a number to the count of a place, from 0. */
  public Spread add(int place, long times) {
    counts[Math.max(0, Math.min(PLACES - 1, place))] += times;
    return this;
  }

  /**
   * The seconds that so large a share of the durations take at most, taken as evenly spread between
   * the ends of their place; nothing where there are none.
   */
  public OptionalDouble seconds(double share) {
    double wanted = share * Arrays.stream(counts).sum();
    long before = 0;
    for (int place = 0; place < PLACES; place++) {
      if (counts[place] > 0 && before + counts[place] >= wanted) {
        double low = place == 0 ? 0 : FIRST * Math.pow(2, place - 1);
        double high = FIRST * Math.pow(2, place);
        return OptionalDouble.of(low + (high - low) * (wanted - before) / counts[place]);
      }
      before += counts[place];
    }
    return OptionalDouble.empty();
  }

  /** In the text form of an array of PostgreSQL. */
  String array() {
    return Arrays.stream(counts)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(",", "{", "}"));
  }
}
