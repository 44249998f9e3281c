/**
 * Vectors made from others: of an entity from those of the items that it is linked to, kept for
 * each collection of the items' source and in step with the links and the items' vectors. Start at
 * {@link dev.vectorkeeper.derived.Derivation}.
 */
@NullMarked
package dev.vectorkeeper.derived;

import org.jspecify.annotations.NullMarked;
