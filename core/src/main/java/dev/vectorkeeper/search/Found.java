package dev.vectorkeeper.search;

import org.jspecify.annotations.Nullable;

/**
 * A row that was found.
 *
 * @param key its key in its text form
 * @param similarity how near it is: cosine similarity from -1 to 1, or the negative of another
 *     distance
 * @param content its text now; null when the row has none any more
 */
public record Found(String key, double similarity, @Nullable String content) {}
