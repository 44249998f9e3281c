package dev.vectorkeeper.provider.local;

/**
 * A text as its model reads it.
 *
 * @param ids the tokens' numbers, special tokens included
 * @param truncated whether the text had more of them than the model takes
 */
@SuppressWarnings("ArrayRecordComponent")
record Tokens(long[] ids, boolean truncated) {

  int length() {
    return ids.length;
  }
}
