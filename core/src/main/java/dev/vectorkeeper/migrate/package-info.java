/**
 * Changing the model of a source as a migration: planned, prepared, filled, indexed, verified, cut
 * over, rolled back or retired, each step journalled. Start at {@link
 * dev.vectorkeeper.migrate.Migrator}.
 */
@NullMarked
package dev.vectorkeeper.migrate;

import org.jspecify.annotations.NullMarked;
