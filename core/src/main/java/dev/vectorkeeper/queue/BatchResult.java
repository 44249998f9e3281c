package dev.vectorkeeper.queue;

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
 */
public record BatchResult(
    int embedded, int reused, int unchanged, int removed, int failed, int truncated, Usage usage) {

  /** Nothing done. */
  public static final BatchResult NONE = new BatchResult(0, 0, 0, 0, 0, 0, Usage.NONE);

  /** Both together. */
  public BatchResult plus(BatchResult other) {
    return new BatchResult(
        embedded + other.embedded,
        reused + other.reused,
        unchanged + other.unchanged,
        removed + other.removed,
        failed + other.failed,
        truncated + other.truncated,
        usage.plus(other.usage));
  }

  /** Rows that were looked at. */
  public int processed() {
    return embedded + unchanged + removed + failed;
  }
}
