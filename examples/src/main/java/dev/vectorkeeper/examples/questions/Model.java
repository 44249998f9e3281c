package dev.vectorkeeper.examples.questions;

/**
 * An embedding model.
 *
 * @param name its name, which is that of its profile
 * @param dimensions components of its vectors in the column
 */
record Model(String name, int dimensions) {
  /** The model that the column is of. */
  static final Model OLD = new Model("text-embedding-004", 768);

  /** The model that it is to be of. */
  static final Model NEW = new Model("gemini-embedding-001", 1_536);
}
