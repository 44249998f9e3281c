package dev.vectorkeeper.config;

import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}} and {@code ${NAME:default}} in a value by what the environment holds.
 */
final class Variables {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?}");

  private final Map<String, String> environment;

  Variables(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * The text with each reference replaced; names that are unset and have no default go to {@code
   * unset}.
   */
  String replace(String text, Consumer<String> unset) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    Matcher reference = REFERENCE.matcher(text);
    return reference.replaceAll(
        found -> {
          String value = environment.get(found.group(1));
          if (value == null || value.isEmpty()) {
            value = found.group(2);
          }
          if (value == null) {
            unset.accept(found.group(1));
            value = "";
          }
          return Matcher.quoteReplacement(value);
        });
  }
}
