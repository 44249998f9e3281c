package dev.vectorkeeper.provider.local;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A Hugging Face tokenizer. It is called below its Java classes: those make objects for each token
 * that nobody reads, and report their use to their vendor over the network.
 */
final class ModelTokenizer {
  private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;
  private static final char REPLACEMENT = '\uFFFD';

  /**
   * Characters in a token of common text, and more: a long text's head of so many is tried first.
   */
  private static final int LONGEST_USUAL_TOKEN = 16;

  /**
   * Tokens at the end of a head that may differ from those of the whole text, whose last word it
   * may break.
   */
  private static final int MARGIN = 256;

  private final long handle;
  private final int specialAtEnd;

  private ModelTokenizer(long handle, int specialAtEnd) {
    this.handle = handle;
    this.specialAtEnd = specialAtEnd;
  }

  static ModelTokenizer open(Weights weights) {
    try {
      return of(LIBRARY.createTokenizerFromString(weights.readTokenizer()));
    } catch (IOException e) {
      throw new LocalModelException(
          LocalModelException.FILE_MISSING,
          "The tokenizer %s cannot be read (%s). Put the model's tokenizer.json there; a bundled model needs its jar on the class path."
              .formatted(weights.tokenizerFile(), e.getMessage()),
          e);
    } catch (RuntimeException e) {
      throw new LocalModelException(
          LocalModelException.FILE_UNUSABLE,
          "The file %s is not a tokenizer that can be used (%s). Fetch it again from the model's repository."
              .formatted(weights.tokenizerFile(), e.getMessage()),
          e);
    }
  }

  private static ModelTokenizer of(long handle) {
    try {
      // Some files ask to cut at 128 tokens, which nobody would learn of, and to pad up to as many.
      LIBRARY.disableTruncation(handle);
      LIBRARY.disablePadding(handle);
      return new ModelTokenizer(handle, countSpecialAtEnd(handle));
    } catch (RuntimeException e) {
      LIBRARY.deleteTokenizer(handle);
      throw e;
    }
  }

  /** The tokens of a text, cut before a token where they are too many; special tokens stay. */
  Tokens encode(String text, int limit) {
    int enough = (limit + MARGIN) * LONGEST_USUAL_TOKEN;
    if (text.length() > enough) {
      long[] head = ids(text.substring(0, enough));
      if (head.length >= limit + MARGIN) {
        return cut(head, limit);
      }
    }
    long[] all = ids(text);
    return all.length <= limit ? new Tokens(all, false) : cut(all, limit);
  }

  /** The number of tokens of a text, special ones included. */
  int count(String text) {
    return ids(text).length;
  }

  void close() {
    LIBRARY.deleteTokenizer(handle);
  }

  private Tokens cut(long[] all, int limit) {
    long[] kept = Arrays.copyOf(all, limit);
    System.arraycopy(all, all.length - specialAtEnd, kept, limit - specialAtEnd, specialAtEnd);
    return new Tokens(kept, true);
  }

  private long[] ids(String text) {
    long encoding = LIBRARY.encode(handle, wellFormed(text), true);
    try {
      return LIBRARY.getTokenIds(encoding);
    } finally {
      LIBRARY.deleteEncoding(encoding);
    }
  }

  private static int countSpecialAtEnd(long handle) {
    long encoding = LIBRARY.encode(handle, "a", true);
    try {
      long[] special = LIBRARY.getSpecialTokenMask(encoding);
      int count = 0;
      while (count < special.length && special[special.length - 1 - count] == 1) {
        count++;
      }
      return count;
    } finally {
      LIBRARY.deleteEncoding(encoding);
    }
  }

  /** The text without half surrogate pairs, which have no form in UTF-8. */
  private static String wellFormed(String text) {
    @Nullable StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (startsPair(text, i)) {
        i++;
        continue;
      }
      repaired = repaired == null ? new StringBuilder(text) : repaired;
      repaired.setCharAt(i, REPLACEMENT);
    }
    return repaired == null ? text : repaired.toString();
  }

  private static boolean startsPair(String text, int at) {
    return at + 1 < text.length()
        && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
  }
}
