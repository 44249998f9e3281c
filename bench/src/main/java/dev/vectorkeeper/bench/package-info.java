/**
 * Ratios of this program to others, measured side by side in one run, because times of a shared
 * machine mean nothing alone. Start at {@link dev.vectorkeeper.bench.BenchLine}; each measurement
 * is a class with a {@code run} method.
 */
@NullMarked
package dev.vectorkeeper.bench;

import org.jspecify.annotations.NullMarked;
