package dev.vectorkeeper.backfill;

import dev.vectorkeeper.provider.Budget;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * The budget of a backfill, kept in its row, so that it holds for the whole fleet. When what is
 * left does not pay for the next request, the backfill is paused. What a process that was killed
 * had set aside counts as spent.
 */
final class BackfillBudget implements Budget {
  private static final Duration WHILE_OTHERS_PAY = Duration.ofMillis(250);
  private static final Duration SPENT = Duration.ofSeconds(5);

  private static final String RESERVE =
      """
      update vectorkeeper.backfill set reserved_usd = reserved_usd + :usd
      where backfill_id = :backfill and state = 'running' and spent_usd + reserved_usd + :usd <= budget_usd
      """;

  /** Not while others have money set aside that they may not need. */
  private static final String PAUSE =
      """
      update vectorkeeper.backfill
      set state = 'paused',
          paused_why = format('%s of its %s USD are spent, and the next request may cost %s.',
            round(spent_usd + reserved_usd, 6), budget_usd, round(cast(:usd as numeric), 6))
      where backfill_id = :backfill and state = 'running' and reserved_usd = 0
        and spent_usd + :usd > budget_usd
      """;

  private static final String SETTLE =
      """
      update vectorkeeper.backfill set reserved_usd = reserved_usd - :reserved, spent_usd = spent_usd + :used
      where backfill_id = :backfill
      """;

  private final Jdbi jdbi;
  private final long backfill;

  BackfillBudget(Jdbi jdbi, long backfill) {
    this.jdbi = jdbi;
    this.backfill = backfill;
  }

  @Override
  public Optional<Instant> reserve(BigDecimal usd) {
    return jdbi.withHandle(
        handle -> {
          boolean reserved =
              handle.createUpdate(RESERVE).bind("usd", usd).bind("backfill", backfill).execute()
                  > 0;
          if (reserved) {
            return Optional.empty();
          }
          boolean paused =
              handle.createUpdate(PAUSE).bind("usd", usd).bind("backfill", backfill).execute() > 0;
          return Optional.of(Instant.now().plus(paused ? SPENT : WHILE_OTHERS_PAY));
        });
  }

  @Override
  public void settle(BigDecimal reserved, BigDecimal used) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(SETTLE)
                .bind("reserved", reserved)
                .bind("used", used)
                .bind("backfill", backfill)
                .execute());
  }
}
