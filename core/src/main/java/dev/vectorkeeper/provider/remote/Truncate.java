package dev.vectorkeeper.provider.remote;

/** What becomes of a text that is longer than the model reads. */
public enum Truncate {
  /** It is refused, as far as the vendor can be asked to. */
  NONE,
  /** Its end is cut off, by the vendor or before it is sent. */
  END
}
