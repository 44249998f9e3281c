package dev.vectorkeeper.schedule;

import dev.vectorkeeper.run.RunRequest;

/**
 * A schedule as the configuration file declares it.
 *
 * @param name its name
 * @param cron when its runs are due
 * @param request what a run does
 * @param overlap what becomes of a tick that comes while a run is under way
 * @param missed what becomes of a tick at which no server was there
 * @param enabled whether it begins enabled; afterwards the catalog knows
 */
public record ScheduleDefinition(
    String name, Cron cron, RunRequest request, Overlap overlap, Missed missed, boolean enabled) {

  /** Whether both say the same; whether it is enabled is not part of that. */
  public boolean declares(ScheduleDefinition other) {
    return cron.equals(other.cron)
        && request.equals(other.request)
        && overlap == other.overlap
        && missed == other.missed;
  }

  /** What becomes of ticks that come while a run is under way. Two runs never overlap. */
  public enum Overlap {
    /** They are left out. */
    SKIP,
    /** One run makes up for all of them as soon as the one under way has ended. */
    WAIT
  }

  /** What becomes of ticks at which no server was there. */
  public enum Missed {
    /** One run makes up for all of them as soon as a server is there. */
    RUN,
    /** They are left out. */
    SKIP
  }
}
