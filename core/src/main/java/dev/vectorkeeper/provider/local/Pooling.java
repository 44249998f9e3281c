package dev.vectorkeeper.provider.local;

/** How the vectors of a text's tokens become the vector of the text. */
public enum Pooling {
  /** The mean over all tokens, the special ones included. */
  MEAN,
  /** The vector of the first token, {@code [CLS]}. */
  CLS
}
