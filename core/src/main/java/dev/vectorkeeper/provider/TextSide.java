package dev.vectorkeeper.provider;

/** The side of a search that a text stands on; asymmetric models embed the two differently. */
public enum TextSide {
  /** A text that is stored and found. */
  DOCUMENT,
  /** A text that is searched with. */
  QUERY
}
