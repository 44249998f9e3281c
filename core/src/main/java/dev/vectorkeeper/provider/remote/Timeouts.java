package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.TextSide;
import java.time.Duration;

/**
 * How long things may take.
 *
 * @param connect to open a connection
 * @param request from sending a request for documents to the last byte of its answer
 * @param query the same for a query, which somebody waits for
 * @param patience how long a request is held back for the provider's quota before it is given up as
 *     rate limited without being sent
 */
public record Timeouts(Duration connect, Duration request, Duration query, Duration patience) {

  /** 10 seconds to connect, 60 for documents, 5 for a query, 5 of patience. */
  public static final Timeouts DEFAULTS =
      new Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5));

  public Timeouts {
    requirePositive(connect);
    requirePositive(request);
    requirePositive(query);
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience must not be negative");
    }
  }

  Duration of(TextSide side) {
    return side == TextSide.QUERY ? query : request;
  }

  /** Nobody who waits for a query is held back longer than the query itself may take. */
  Duration patienceOf(TextSide side) {
    return side == TextSide.QUERY && patience.compareTo(query) > 0 ? query : patience;
  }

  private static void requirePositive(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeouts must be positive");
    }
  }
}
