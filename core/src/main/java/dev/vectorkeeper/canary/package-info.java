/**
 * Whether a provider still makes the vectors that it made: a few texts of which they are kept.
 * Start at {@link dev.vectorkeeper.canary.Canaries}.
 */
@NullMarked
package dev.vectorkeeper.canary;

import org.jspecify.annotations.NullMarked;
