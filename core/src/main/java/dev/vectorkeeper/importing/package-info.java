/**
 * Coming from a hand-made system: what of a database's tables already holds vectors, of which rows,
 * texts and models these are, and the configuration that adopts them without embedding them again.
 * Reads the database and changes nothing in it. Start at {@link
 * dev.vectorkeeper.importing.Importer}.
 */
@NullMarked
package dev.vectorkeeper.importing;

import org.jspecify.annotations.NullMarked;
