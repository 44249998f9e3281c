/**
 * What Vectorkeeper knows, in schema {@code vectorkeeper}: the tables' migrations and the rows for
 * profiles, sources and collections. Start at {@link dev.vectorkeeper.catalog.Catalog}.
 */
@NullMarked
package dev.vectorkeeper.catalog;

import org.jspecify.annotations.NullMarked;
