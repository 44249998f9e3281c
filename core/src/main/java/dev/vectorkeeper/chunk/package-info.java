/** Cutting long texts into chunks. Start at {@link dev.vectorkeeper.chunk.Chunker}. */
@NullMarked
package dev.vectorkeeper.chunk;

import org.jspecify.annotations.NullMarked;
