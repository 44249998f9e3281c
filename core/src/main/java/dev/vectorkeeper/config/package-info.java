/**
 * {@code vectorkeeper.yaml}: reads the whole file, reports every problem at once with its line.
 * Start at {@link dev.vectorkeeper.config.Configuration}. Depends on {@code profile} and {@code
 * source} for what it reads into.
 */
@NullMarked
package dev.vectorkeeper.config;

import org.jspecify.annotations.NullMarked;
