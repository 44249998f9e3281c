/**
 * Where vectors are kept: a collection's table and index, the views over a source's collections,
 * and the fenced bulk write. Start at {@link dev.vectorkeeper.store.CollectionStore}.
 */
@NullMarked
package dev.vectorkeeper.store;

import org.jspecify.annotations.NullMarked;
