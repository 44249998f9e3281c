package dev.vectorkeeper.backfill;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of a source's key order.
 *
 * @param range the range's number in the catalog
 * @param backfill the number of the backfill that it belongs to
 * @param after the key before its first one; null for the beginning
 * @param upTo its last key; null for the end
 */
record RangeBounds(long range, long backfill, @Nullable String after, @Nullable String upTo) {}
