package dev.vectorkeeper.provider.local;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Cuts a request into the calls of the model, the longest first, so that no core is left with a
 * long one at the end. A call has texts of one length alone: with no padding there is nothing
 * beside a text that could change its vector.
 */
final class Batches {
  /** Tokens in a call; more no longer fit into a core's cache and were slower. */
  private static final int TOKENS = 256;

  private Batches() {}

  /**
   * The positions of the texts of each call; one text a call where its vector would depend on the
   * others.
   */
  static List<int[]> of(Tokens[] texts, boolean alone) {
    Integer[] order = new Integer[texts.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingInt((Integer i) -> texts[i].length()).reversed());
    List<int[]> batches = new ArrayList<>();
    int start = 0;
    for (int end = 1; end <= order.length; end++) {
      if (end == order.length || alone || !fits(texts, order, start, end)) {
        batches.add(positions(order, start, end));
        start = end;
      }
    }
    return batches;
  }

  private static boolean fits(Tokens[] texts, Integer[] order, int start, int end) {
    int length = texts[order[start]].length();
    return texts[order[end]].length() == length && (end - start + 1) * length <= TOKENS;
  }

  private static int[] positions(Integer[] order, int start, int end) {
    int[] positions = new int[end - start];
    Arrays.setAll(positions, i -> order[start + i]);
    return positions;
  }
}
