/**
 * {@code apply}: what the configuration file declares becomes true in the database, in one
 * transaction a source. Start at {@link dev.vectorkeeper.declare.Apply}.
 */
@NullMarked
package dev.vectorkeeper.declare;

import org.jspecify.annotations.NullMarked;
