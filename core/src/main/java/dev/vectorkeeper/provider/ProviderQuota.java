package dev.vectorkeeper.provider;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of an answer said about the quota that is left.
 *
 * @param asOf when the answer came
 * @param requests the quota of requests; null when nothing was said
 * @param tokens the quota of tokens; null when nothing was said
 */
public record ProviderQuota(Instant asOf, @Nullable Budget requests, @Nullable Budget tokens) {

  /** Nothing was said. */
  public static final ProviderQuota UNKNOWN = new ProviderQuota(Instant.EPOCH, null, null);

  /**
   * One kind of quota.
   *
   * @param limit how much a full period allows, or -1 where it was not said
   * @param remaining how much is left
   * @param resetAt when the quota is whole again; null when it was not said
   */
  public record Budget(long limit, long remaining, @Nullable Instant resetAt) {}

  /** Whether the headers said nothing at all. */
  public boolean isUnknown() {
    return requests == null && tokens == null;
  }
}
