package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.Secret;
import java.util.List;

/**
 * A vendor's words as they may be shown: one line of at most 300 characters, without a secret and
 * without the texts that were sent.
 */
final class Reason {
  private static final int LONGEST = 300;

  /** Longer bodies are not searched for texts; they are cut first. */
  private static final int READ = 8_000;

  /** A text that is shorter would blot out words of the reason itself. */
  private static final int SHORTEST_TEXT = 4;

  /** As much of a key as vendors show when they quote it. */
  private static final int TELLTALE = 8;

  private final List<Secret> secrets;

  Reason(List<Secret> secrets) {
    this.secrets = secrets;
  }

  /** The vendor's words without secrets and texts, in one line. */
  String clean(String words, List<String> texts) {
    String reason = words.length() > READ ? words.substring(0, READ) : words;
    for (Secret secret : secrets) {
      reason = secret.maskIn(reason);
    }
    for (String text : texts) {
      reason = withoutText(reason, text);
    }
    reason = withoutPartOfKeys(reason.replaceAll("[\\s\\p{Cntrl}]+", " ").strip());
    return reason.length() > LONGEST ? reason.substring(0, LONGEST) + "…" : reason;
  }

  private static String withoutText(String reason, String text) {
    if (text.length() < SHORTEST_TEXT) {
      return reason;
    }
    // A reason may hold only the beginning of a long text.
    int at = reason.indexOf(text.substring(0, Math.min(text.length(), 60)));
    if (at < 0) {
      return reason;
    }
    int end = at;
    while (end < reason.length()
        && end - at < text.length()
        && reason.charAt(end) == text.charAt(end - at)) {
      end++;
    }
    return reason.substring(0, at) + "[the text]" + withoutText(reason.substring(end), text);
  }

  /** Some vendors quote the ends of a wrong key around stars. */
  private String withoutPartOfKeys(String reason) {
    String shown = reason.replaceAll("\\S*\\*{2,}\\S*", "***");
    for (Secret secret : secrets) {
      String key = secret.reveal();
      if (key.length() > 2 * TELLTALE) {
        shown = shown.replace(key.substring(0, TELLTALE), "***");
        shown = shown.replace(key.substring(key.length() - TELLTALE), "***");
      }
    }
    return shown;
  }
}
