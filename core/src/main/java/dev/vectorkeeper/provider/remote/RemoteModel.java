package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.TextSide;

/**
 * What shapes the vectors: all of it belongs to the space's fingerprint.
 *
 * @param name the model without the route to it
 * @param dimensions the components of a vector
 * @param documents how stored texts are marked, with the task that is really sent
 * @param queries how queries are marked, with the task that is really sent
 * @param truncate what becomes of a text that is too long
 * @param normalise whether vectors are scaled to length 1
 */
public record RemoteModel(
    String name,
    WantedDimensions dimensions,
    TextRole documents,
    TextRole queries,
    Truncate truncate,
    boolean normalise) {

  /** How the texts of one side are marked. */
  public TextRole role(TextSide side) {
    return side == TextSide.QUERY ? queries : documents;
  }
}
