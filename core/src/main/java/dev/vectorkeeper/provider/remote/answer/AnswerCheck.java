package dev.vectorkeeper.provider.remote.answer;

import static java.util.Objects.requireNonNull;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.remote.answer.Answer.Item;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether an answer is one vector a text: complete indices (or none, and then the body's order),
 * the exact dimension, every component finite, no vector of length zero.
 */
public final class AnswerCheck {
  /** A squared length that is this near to 1 is left alone: scaling would only add rounding. */
  private static final double UNIT_TOLERANCE = 1e-6;

  private AnswerCheck() {}

  /**
   * The vectors in the order of the texts.
   *
   * @param inputs how many texts were sent
   * @param dimensions how many components each vector must have
   * @param normalise whether vectors are scaled to length 1, in place
   * @throws EmbeddingFailure WRONG_DIMENSIONS when all vectors have one other dimension, else
   *     BAD_RESPONSE
   */
  public static List<float[]> accept(Answer answer, int inputs, int dimensions, boolean normalise) {
    List<Item> items = answer.items();
    if (items.size() != inputs) {
      throw BadAnswer.of("has %d vectors for %d texts".formatted(items.size(), inputs));
    }
    checkDimensions(items, dimensions);
    for (int i = 0; i < inputs; i++) {
      double squares = squares(items.get(i).vector());
      checkLength(squares, i);
      if (normalise && Math.abs(squares - 1) > UNIT_TOLERANCE) {
        scale(items.get(i).vector(), squares);
      }
    }
    return inOrder(items);
  }

  private static void checkDimensions(List<Item> items, int dimensions) {
    int first = items.isEmpty() ? dimensions : items.get(0).vector().length;
    boolean alike = true;
    boolean right = true;
    for (Item item : items) {
      alike &= item.vector().length == first;
      right &= item.vector().length == dimensions;
    }
    if (right) {
      return;
    }
    if (alike && first > 0) {
      throw BadAnswer.otherDimensions(first, dimensions);
    }
    throw BadAnswer.of("has vectors of several dimensions, the profile has " + dimensions);
  }

  /** The sum of squares; not finite when any component is not. */
  private static double squares(float[] vector) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < vector.length; i += 4) {
      a += (double) vector[i] * vector[i];
      b += (double) vector[i + 1] * vector[i + 1];
      c += (double) vector[i + 2] * vector[i + 2];
      d += (double) vector[i + 3] * vector[i + 3];
    }
    for (; i < vector.length; i++) {
      a += (double) vector[i] * vector[i];
    }
    return a + b + c + d;
  }

  private static void checkLength(double squares, int position) {
    if (!Double.isFinite(squares)) {
      throw BadAnswer.of("has a vector that is not finite, at position " + position);
    }
    if (squares == 0) {
      throw BadAnswer.of("has a zero vector, at position " + position);
    }
  }

  private static void scale(float[] vector, double squares) {
    double factor = 1 / Math.sqrt(squares);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] * factor);
    }
  }

  private static List<float[]> inOrder(List<Item> items) {
    List<float @Nullable []> ordered = new ArrayList<>(Collections.nCopies(items.size(), null));
    List<float[]> vectors = new ArrayList<>(items.size());
    int indexed = 0;
    for (Item item : items) {
      vectors.add(item.vector());
      if (item.index() == Answer.NO_INDEX) {
        continue;
      }
      if (item.index() < 0
          || item.index() >= items.size()
          || ordered.set(item.index(), item.vector()) != null) {
        throw BadAnswer.of("has an index twice or out of range: " + item.index());
      }
      indexed++;
    }
    if (indexed != 0 && indexed != items.size()) {
      throw BadAnswer.of("has an index on some vectors only");
    }
    if (indexed == 0) {
      return vectors;
    }
    for (int i = 0; i < vectors.size(); i++) {
      vectors.set(i, requireNonNull(ordered.get(i)));
    }
    return vectors;
  }
}
