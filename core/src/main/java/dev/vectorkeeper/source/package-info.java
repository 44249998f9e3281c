/**
 * The user's tables: what of a row is embedded, its key, and how both are found in PostgreSQL's own
 * catalogs. Start at {@link dev.vectorkeeper.source.SourceDefinition}.
 */
@NullMarked
package dev.vectorkeeper.source;

import org.jspecify.annotations.NullMarked;
