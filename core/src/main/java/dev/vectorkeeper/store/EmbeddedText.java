package dev.vectorkeeper.store;

/**
 * A vector on its way into a collection.
 *
 * @param key the row's key in its text form
 * @param hash the hash of the text that the row had when it was read
 * @param piece which part of the text this is
 * @param vector the vector
 * @param truncated whether the text was cut at the model's limit first
 */
public record EmbeddedText(
    String key, byte[] hash, Piece piece, float[] vector, boolean truncated) {

  /**
   * A part of a text.
   *
   * @param number the part's number from 0
   * @param start its first character
   * @param end the character after its last
   */
  public record Piece(int number, int start, int end) {}
}
