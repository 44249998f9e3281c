package dev.vectorkeeper.examples.questions;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A question as somebody uploads it.
 *
 * @param id its key
 * @param subject what it is about
 * @param title the question
 * @param body what is said about it beside, if anything
 * @param solution the answer
 */
record Question(long id, String subject, String title, @Nullable String body, String solution) {
  private static final Map<String, String> ASKED =
      Map.of("noun", "noun", "verb", "verb", "adj", "adjective", "adv", "adverb");

  /** Which word has a meaning of WordNet's; its examples are the body. */
  static Question of(Entry entry) {
    int examples = entry.gloss().indexOf("; \"");
    String meaning = examples < 0 ? entry.gloss() : entry.gloss().substring(0, examples);
    String kind = ASKED.getOrDefault(entry.partOfSpeech(), "word");
    return new Question(
        entry.id(),
        kind + "s",
        "Which " + kind + " means: " + meaning + "?",
        examples < 0 ? null : entry.gloss().substring(examples + 2),
        entry.word());
  }

  /** The same with something else said beside. */
  Question withBody(String text) {
    return new Question(id, subject, title, text, solution);
  }

  /** What the vectors are made of. */
  String text() {
    return body == null ? title : title + " " + body;
  }
}
