/**
 * Passes over all rows of a source: backfills by leased key ranges, and sweeps for vectors whose
 * row is gone. Start at {@link dev.vectorkeeper.backfill.Backfills}.
 */
@NullMarked
package dev.vectorkeeper.backfill;

import org.jspecify.annotations.NullMarked;
