package dev.vectorkeeper.provider.pace;

import java.util.List;

/**
 * A run of neighbouring texts that fit into one request.
 *
 * @param from position of the first text
 * @param to position after the last text
 * @param tokens tokens of all of them
 */
public record Pack(int from, int to, long tokens) {

  /** How many texts the request carries. */
  public int size() {
    return to - from;
  }

  /** The texts of this request, as a view of all texts. */
  public <T> List<T> of(List<T> texts) {
    return texts.subList(from, to);
  }
}
