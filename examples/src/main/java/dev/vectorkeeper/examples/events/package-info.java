/**
 * A local model, vectors in a table of their own, kept in step by a schedule. Start at {@link
 * dev.vectorkeeper.examples.events.EventsExample}.
 */
@NullMarked
package dev.vectorkeeper.examples.events;

import org.jspecify.annotations.NullMarked;
