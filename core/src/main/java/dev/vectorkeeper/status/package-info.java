/**
 * What is true at this moment, for people and scripts. Start at {@link
 * dev.vectorkeeper.status.Status}.
 */
@NullMarked
package dev.vectorkeeper.status;

import org.jspecify.annotations.NullMarked;
