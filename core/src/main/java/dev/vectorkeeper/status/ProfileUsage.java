package dev.vectorkeeper.status;

import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.queue.Usage;
import java.util.Optional;

/**
 * What was used under one profile, by all workers and commands.
 *
 * @param profile the profile's name
 * @param provider who embeds
 * @param model with what
 * @param today what was used on this day of UTC
 * @param month what was used in this month of UTC
 * @param total what was used since the profile was made
 * @param quota what the provider last said is left of its own quota, where it says so
 */
public record ProfileUsage(
    String profile,
    String provider,
    String model,
    Usage today,
    Usage month,
    Usage total,
    Optional<ProviderQuota> quota) {}
