package dev.vectorkeeper.status;

import dev.vectorkeeper.queue.Usage;

/**
 * What was used under one profile, by all workers and commands.
 *
 * @param profile the profile's name
 * @param provider who embeds
 * @param model with what
 * @param today what was used on this day of UTC
 * @param total what was used since the profile was made
 */
public record ProfileUsage(
    String profile, String provider, String model, Usage today, Usage total) {}
