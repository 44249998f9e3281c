package dev.vectorkeeper.app.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What no value of a request may be, because PostgreSQL cannot keep it. */
final class Values {
  private Values() {}

  /**
   * Adds a problem for each text with a NUL or half a pair of surrogates, and each number beyond
   * all bounds.
   */
  static void check(JsonNode value, String what, List<String> problems) {
    if (value.isTextual() && isBad(value.textValue())) {
      problems.add(what + ": a text holds a character that is none");
    }
    if (value.isNumber() && !Double.isFinite(value.doubleValue())) {
      problems.add(what + ": a number is beyond all bounds");
    }
    value
        .properties()
        .forEach(
            entry -> {
              if (isBad(entry.getKey())) {
                problems.add(what + ": a name holds a character that is none");
              }
              check(entry.getValue(), what + "." + entry.getKey(), problems);
            });
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        check(value.get(i), what + "[" + i + "]", problems);
      }
    }
  }

  private static boolean isBad(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (c == 0 || Character.isSurrogate(c) && !pair) {
        return true;
      }
      i += pair ? 1 : 0;
    }
    return false;
  }
}
