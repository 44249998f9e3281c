/**
 * Which collection of a source is active, and switching to another. Start at {@link
 * dev.vectorkeeper.activation.Activation}; the checks and the switch itself are functions of the
 * catalog ({@code V6__switch.sql}), so that plain SQL and the command line do the same.
 */
@NullMarked
package dev.vectorkeeper.activation;

import org.jspecify.annotations.NullMarked;
