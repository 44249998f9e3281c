package dev.vectorkeeper.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one pass through the embedding path did, counted in rows.
 *
 * @param embedded rows whose vector was stored
 * @param reused rows among them that took the vector of an equal text, without a call
 * @param unchanged rows whose stored vector was already right, or that neither have nor want one
 * @param removed rows whose vector was removed
 * @param failed rows whose attempt failed
 * @param truncated rows whose text was cut at the model's limit
 * @param usage what it cost
 * @param samples the keys of a few rows whose vector was stored, where that is known
 */
public record BatchResult(
    int embedded,
    int reused,
    int unchanged,
    int removed,
    int failed,
    int truncated,
    Usage usage,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> samples) {

  /** Nothing done. */
  public static final BatchResult NONE = new BatchResult(0, 0, 0, 0, 0, 0, Usage.NONE);

  /** How many keys are kept as samples. */
  private static final int SAMPLES = 5;

  /** Of no known rows. */
  public BatchResult(
      int embedded,
      int reused,
      int unchanged,
      int removed,
      int failed,
      int truncated,
      Usage usage) {
    this(embedded, reused, unchanged, removed, failed, truncated, usage, List.of());
  }

  /** The same with some of these keys as samples. */
  public BatchResult withSamples(List<String> keys) {
    return new BatchResult(
        embedded,
        reused,
        unchanged,
        removed,
        failed,
        truncated,
        usage,
        keys.stream().limit(SAMPLES).toList());
  }

  /** Both together. */
  public BatchResult plus(BatchResult other) {
    return new BatchResult(
        embedded + other.embedded,
        reused + other.reused,
        unchanged + other.unchanged,
        removed + other.removed,
        failed + other.failed,
        truncated + other.truncated,
        usage.plus(other.usage),
        Stream.concat(samples.stream(), other.samples.stream()).limit(SAMPLES).toList());
  }

  /** Rows that were looked at. */
  public int processed() {
    return embedded + unchanged + removed + failed;
  }
}
