/**
 * A media catalogue with two providers side by side. Start at {@link
 * dev.vectorkeeper.examples.media.MediaExample}.
 */
@NullMarked
package dev.vectorkeeper.examples.media;

import org.jspecify.annotations.NullMarked;
