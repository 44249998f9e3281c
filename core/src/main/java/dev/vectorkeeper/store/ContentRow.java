package dev.vectorkeeper.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key with what its row says and what is stored for it.
 *
 * @param key the key in its text form
 * @param hash the hash of the row's text; null when the row is gone, filtered out or blank
 * @param stored the hash of the text whose vector is stored; null when there is none
 * @param twin whether a vector of the same text is stored for another row
 * @param foreign whether there is a vector that the application wrote itself
 * @param content the row's text where it is not the stored one
 */
public record ContentRow(
    String key,
    byte @Nullable [] hash,
    byte @Nullable [] stored,
    boolean twin,
    boolean foreign,
    @Nullable String content) {

  /** Whether nothing is to be done. */
  public boolean isUnchanged() {
    return Arrays.equals(hash, stored);
  }

  /** Whether no vector is wanted but one is stored. */
  public boolean isToRemove() {
    return hash == null && stored != null;
  }
}
