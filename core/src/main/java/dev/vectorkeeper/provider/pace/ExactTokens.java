package dev.vectorkeeper.provider.pace;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.List;

/** The tokens of OpenAI's embedding models, which all count with {@code cl100k_base}. */
public final class ExactTokens implements TokenEstimator {

  /** Loaded when the first text is counted: the table takes some megabytes. */
  private static final class Table {
    static final Encoding ENCODING =
        Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
  }

  @Override
  public int count(String text) {
    return Math.max(1, Table.ENCODING.countTokensOrdinary(text));
  }

  @Override
  public String cut(String text, int maxTokens) {
    var result = Table.ENCODING.encodeOrdinary(text, maxTokens);
    return result.isTruncated() ? Table.ENCODING.decode(result.getTokens()) : text;
  }

  @Override
  public void learn(List<String> texts, long tokens) {
    // An exact count has nothing to learn.
  }
}
