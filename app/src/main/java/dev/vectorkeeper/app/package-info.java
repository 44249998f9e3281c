/**
 * The executable: the command line over {@link dev.vectorkeeper.Vectorkeeper}. Start at {@link
 * dev.vectorkeeper.app.Main}; each command is a class in {@code command}.
 */
@NullMarked
package dev.vectorkeeper.app;

import org.jspecify.annotations.NullMarked;
