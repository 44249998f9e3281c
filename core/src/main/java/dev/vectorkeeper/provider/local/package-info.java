/**
 * Embedding in this process: ONNX models bundled on the class path or kept in a directory, with no
 * account, no key and no network. Start at {@link dev.vectorkeeper.provider.local.LocalProvider};
 * {@link dev.vectorkeeper.provider.local.LocalModel} says what is embedded with. Depends on {@code
 * provider} alone.
 */
@NullMarked
package dev.vectorkeeper.provider.local;

import org.jspecify.annotations.NullMarked;
