package dev.vectorkeeper.search;

import dev.vectorkeeper.catalog.Collection;
import java.util.List;

/**
 * Texts as vectors.
 *
 * @param collection in whose space they lie
 * @param vectors one a text, in the order of the texts
 * @param tokens tokens that the provider counted, or an estimate where it counts none
 */
public record EmbeddedTexts(Collection collection, List<float[]> vectors, long tokens) {}
