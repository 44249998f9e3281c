/** Finding rows by what a text means. Start at {@link dev.vectorkeeper.search.Search}. */
@NullMarked
package dev.vectorkeeper.search;

import org.jspecify.annotations.NullMarked;
