/**
 * Where a changed row becomes a stored vector. Start at {@link
 * dev.vectorkeeper.worker.EmbeddingPath}, the one path that every key takes; {@link
 * dev.vectorkeeper.worker.Worker} is the process that feeds it.
 */
@NullMarked
package dev.vectorkeeper.worker;

import org.jspecify.annotations.NullMarked;
