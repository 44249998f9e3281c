/**
 * Compares what is stored with what should be: defects of single vectors, the index against an
 * exact search, one space with another. Start at {@link dev.vectorkeeper.verify.Verification}.
 */
@NullMarked
package dev.vectorkeeper.verify;

import org.jspecify.annotations.NullMarked;
