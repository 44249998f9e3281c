package dev.vectorkeeper.provider;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/**
 * Money that requests may cost. It is set aside before a request is sent, so that requests in
 * flight at the same time, from any process, never cost more together.
 */
public interface Budget {
  /** As much as it takes. */
  Budget UNLIMITED =
      new Budget() {
        @Override
        public Optional<Instant> reserve(BigDecimal usd) {
          return Optional.empty();
        }

        @Override
        public void settle(BigDecimal reserved, BigDecimal used) {}
      };

  /**
   * Sets money aside for a request.
   *
   * @param usd what the request costs at most
   * @return nothing when it may be sent; else when to ask again
   */
  Optional<Instant> reserve(BigDecimal usd);

  /**
   * A request has ended.
   *
   * @param reserved what was set aside for it
   * @param used what it cost, or may have cost where nobody can tell
   */
  void settle(BigDecimal reserved, BigDecimal used);
}
