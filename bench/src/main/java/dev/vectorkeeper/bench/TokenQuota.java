package dev.vectorkeeper.bench;

import java.time.Duration;

/**
 * A vendor's tokens per minute, as OpenAI describes its own: a bucket that fills evenly and holds a
 * minute's worth, from which refused requests take, too. Full at the start, and counted from then.
 */
final class TokenQuota {
  /**
   * What became of a request.
   *
   * @param left tokens that are left
   * @param untilFull when all are back
   * @param untilEnough when a refused request could be granted
   */
  record Verdict(boolean granted, long left, Duration untilFull, Duration untilEnough) {}

  private static final int SECONDS_A_MINUTE = 60;

  private final long perMinute;
  private final double capacity;
  private final long started;
  private long ended;
  private double bucket;
  private long filled;
  private long granted;
  private long answered;
  private long refused;

  TokenQuota(long perMinute) {
    this(perMinute, System.nanoTime());
  }

  private TokenQuota(long perMinute, long started) {
    this.perMinute = perMinute;
    this.started = started;
    this.filled = started;
    this.capacity = perMinute;
    this.bucket = capacity;
  }

  long perMinute() {
    return perMinute;
  }

  synchronized Verdict ask(int tokens) {
    long now = System.nanoTime();
    double aNano = perMinute / (SECONDS_A_MINUTE * 1e9);
    bucket = Math.min(capacity, bucket + (now - filled) * aNano);
    filled = now;
    answered++;
    boolean enough = bucket >= tokens;
    if (enough) {
      bucket -= tokens;
      granted += tokens;
    } else {
      bucket = 0;
      refused++;
    }
    return new Verdict(
        enough,
        (long) bucket,
        Duration.ofNanos((long) ((capacity - bucket) / aNano)),
        Duration.ofNanos((long) Math.max(0, (tokens - bucket) / aNano)));
  }

  /** What was counted until now; goes on counting itself. */
  synchronized TokenQuota stopped() {
    TokenQuota copy = new TokenQuota(perMinute, started);
    copy.granted = granted;
    copy.answered = answered;
    copy.refused = refused;
    copy.ended = System.nanoTime();
    return copy;
  }

  /** The share of all tokens that could be had since the start that was taken. */
  synchronized double used() {
    double seconds = ((ended == 0 ? System.nanoTime() : ended) - started) / 1e9;
    return granted / (capacity + seconds * perMinute / SECONDS_A_MINUTE);
  }

  /** The share of answers that were refusals. */
  synchronized double refused() {
    return answered == 0 ? 0 : (double) refused / answered;
  }
}
