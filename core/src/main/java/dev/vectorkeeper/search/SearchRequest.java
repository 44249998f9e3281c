package dev.vectorkeeper.search;

import java.util.Optional;

/**
 * What is sought.
 *
 * @param source the source's name
 * @param profile the collection, by its profile; the active one where nothing is given
 * @param text a text that means what is sought
 * @param vector the vector of one instead
 * @param count how many rows at most, up to 1,000
 * @param threshold the similarity that a row has at least
 * @param filter what the row's columns have to be, as the match function takes it in JSON
 */
public record SearchRequest(
    String source,
    Optional<String> profile,
    Optional<String> text,
    Optional<float[]> vector,
    int count,
    Optional<Double> threshold,
    Optional<String> filter) {

  /** The nearest rows to a text in the active collection. */
  public static SearchRequest of(String source, String text, int count) {
    return new SearchRequest(
        source,
        Optional.empty(),
        Optional.of(text),
        Optional.empty(),
        count,
        Optional.empty(),
        Optional.empty());
  }
}
