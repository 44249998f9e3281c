/**
 * Limits that hold across all workers of the fleet. Start at {@link
 * dev.vectorkeeper.quota.FleetLimit}.
 */
@NullMarked
package dev.vectorkeeper.quota;

import org.jspecify.annotations.NullMarked;
