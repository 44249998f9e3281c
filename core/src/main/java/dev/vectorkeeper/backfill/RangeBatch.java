package dev.vectorkeeper.backfill;

import dev.vectorkeeper.provider.Budget;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.KeyBatch;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** A leased range of a backfill as a batch for the embedding path. */
public final class RangeBatch implements KeyBatch {
  private static final String HELD =
      """
      select count(*) from (
        select from vectorkeeper.backfill_range
        where range_id = :range and token = :token and expires_at > clock_timestamp() for update) held
      """;

  private static final String COMPLETE =
      """
      with done as (
        delete from vectorkeeper.backfill_range where range_id = :range and token = :token returning backfill_id)
      update vectorkeeper.backfill
      set rows_done = rows_done + :rows, embedded = embedded + :embedded, reused = reused + :reused, unchanged = unchanged + :unchanged,
          removed = removed + :removed, failed = failed + :failed, truncated = truncated + :truncated,
          requests = requests + :usage.requests, retries = retries + :usage.retries,
          inputs = inputs + :usage.inputs, tokens = tokens + :usage.tokens, usd = usd + :usage.usd
      where backfill_id in (select backfill_id from done)
      """;

  private static final String COUNT =
      """
      update vectorkeeper.backfill
      set embedded = embedded + :embedded, reused = reused + :reused, requests = requests + :usage.requests, retries = retries + :usage.retries,
          inputs = inputs + :usage.inputs, tokens = tokens + :usage.tokens, usd = usd + :usage.usd
      where backfill_id = :backfill
      """;

  private static final String RELEASE =
      """
      update vectorkeeper.backfill_range
      set expires_at = clock_timestamp() + make_interval(secs => :delay), token = gen_random_uuid()
      where range_id = :range and token = :token
      """;

  private static final String RENEW =
      """
      update vectorkeeper.backfill_range set expires_at = clock_timestamp() + make_interval(secs => :lease)
      where range_id = :range and token = :token
      """;

  private final RangeBounds bounds;
  private final UUID token;
  private final List<String> keys;
  private final int left;
  private final Budget budget;

  /**
   * A leased range.
   *
   * @param left keys of the range that are left to whoever is at them
   * @param budget what embedding it may cost
   */
  RangeBatch(RangeBounds bounds, UUID token, List<String> keys, int left, Budget budget) {
    this.bounds = bounds;
    this.token = token;
    this.keys = keys;
    this.left = left;
    this.budget = budget;
  }

  @Override
  public boolean isBackfill() {
    return true;
  }

  @Override
  public List<String> keys() {
    return keys;
  }

  @Override
  public Budget budget() {
    return budget;
  }

  @Override
  public boolean isHeld(Handle handle) {
    return handle
            .createQuery(HELD)
            .bind("range", bounds.range())
            .bind("token", token)
            .mapTo(Integer.class)
            .one()
        == 1;
  }

  @Override
  public void complete(Handle handle, BatchResult result) {
    handle
        .createUpdate(COMPLETE)
        .bind("range", bounds.range())
        .bind("token", token)
        .bind("rows", result.processed() + left)
        .bindMethods(result)
        .bindMethods("usage", result.usage())
        .execute();
  }

  @Override
  public void release(Handle handle, Duration delay) {
    handle
        .createUpdate(RELEASE)
        .bind("range", bounds.range())
        .bind("token", token)
        .bind("delay", delay.toMillis() / 1000.0)
        .execute();
  }

  /** What was done is counted; the rows are counted when the range is done. */
  @Override
  public void release(Handle handle, BatchResult done, Duration delay) {
    handle
        .createUpdate(COUNT)
        .bind("backfill", bounds.backfill())
        .bindMethods(done)
        .bindMethods("usage", done.usage())
        .execute();
    release(handle, delay);
  }

  @Override
  public void renew(Handle handle, Duration lease) {
    handle
        .createUpdate(RENEW)
        .bind("range", bounds.range())
        .bind("token", token)
        .bind("lease", lease.toMillis() / 1000.0)
        .execute();
  }

  /** For logs: which range. */
  @Override
  public String toString() {
    return "range " + bounds.range() + " of backfill " + bounds.backfill();
  }
}
