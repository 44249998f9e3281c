/**
 * Taking over vectors that somebody else made, without embedding them again. Start at {@link
 * dev.vectorkeeper.adopt.Adoption}.
 */
@NullMarked
package dev.vectorkeeper.adopt;

import org.jspecify.annotations.NullMarked;
