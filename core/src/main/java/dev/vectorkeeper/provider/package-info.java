/**
 * The seam between the engine and whatever turns text into vectors: one interface, one closed set
 * of failures. Start at {@link dev.vectorkeeper.provider.EmbeddingProvider}. Depends on nothing
 * else of the engine.
 */
@NullMarked
package dev.vectorkeeper.provider;

import org.jspecify.annotations.NullMarked;
