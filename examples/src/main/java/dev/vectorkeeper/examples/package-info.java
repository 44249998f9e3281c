/**
 * Five systems that teams made by hand, each with Vectorkeeper instead: from an empty database to
 * its success criteria. Start at {@link dev.vectorkeeper.examples.Examples}.
 */
@NullMarked
package dev.vectorkeeper.examples;

import org.jspecify.annotations.NullMarked;
