package dev.vectorkeeper.provider.remote.answer;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a body said, before it is checked against the question.
 *
 * @param items the vectors, in the order of the body
 * @param tokens the tokens that the service counted, where it says so
 * @param usd what the service charged in US dollars, where it says so
 * @param refusal whether the body holds an {@code error}, as a gateway may send with status 200
 */
public record Answer(
    List<Item> items, OptionalLong tokens, Optional<BigDecimal> usd, boolean refusal) {

  /** The index of an item that names none. */
  public static final int NO_INDEX = -1;

  public Answer {
    items = List.copyOf(items);
  }

  /**
   * One vector of a body.
   *
   * @param index the position of the text that it belongs to, or {@link #NO_INDEX}
   * @param vector its components
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Item(int index, float[] vector) {}
}
