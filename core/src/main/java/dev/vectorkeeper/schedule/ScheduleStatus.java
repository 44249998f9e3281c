package dev.vectorkeeper.schedule;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.Optional;

/**
 * How a schedule stands.
 *
 * @param name its name
 * @param cron its expression
 * @param timeZone where the clock hangs
 * @param operation what a run does
 * @param source to which source
 * @param arguments with which arguments, as JSON
 * @param overlap skip or wait
 * @param missed run or skip
 * @param enabled whether its runs begin by themselves
 * @param nextAt when the next run is due; nothing where none is, or no server has been there yet
 * @param last its last run
 */
public record ScheduleStatus(
    String name,
    String cron,
    String timeZone,
    String operation,
    String source,
    @JsonRawValue String arguments,
    String overlap,
    String missed,
    boolean enabled,
    Optional<Instant> nextAt,
    Optional<ScheduleRun> last) {}
