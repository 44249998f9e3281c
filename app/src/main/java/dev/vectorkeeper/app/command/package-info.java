/** One class a command; what they share is in {@link dev.vectorkeeper.app.command.Context}. */
@NullMarked
package dev.vectorkeeper.app.command;

import org.jspecify.annotations.NullMarked;
