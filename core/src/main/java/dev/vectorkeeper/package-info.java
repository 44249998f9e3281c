/**
 * Vectorkeeper as a library: {@link dev.vectorkeeper.Vectorkeeper} is the way in for an
 * application, and {@link dev.vectorkeeper.worker.EmbeddingPath} is the one place where a changed
 * row becomes a stored vector.
 */
@NullMarked
package dev.vectorkeeper;

import org.jspecify.annotations.NullMarked;
