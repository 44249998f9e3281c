package dev.vectorkeeper.schedule;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run of a schedule.
 *
 * @param id its number
 * @param dueAt the tick that it stands for
 * @param byHand whether somebody asked for it
 * @param server the process that ran it
 * @param startedAt when it began
 * @param finishedAt when it ended
 * @param outcome running, done, failed, skipped or lost, where its process was killed
 * @param result what it did, as JSON
 * @param errorCode the stable code of what failed
 * @param errorMessage what failed
 */
public record ScheduleRun(
    long id,
    Instant dueAt,
    boolean byHand,
    String server,
    Instant startedAt,
    Optional<Instant> finishedAt,
    String outcome,
    @JsonRawValue @Nullable String result,
    Optional<String> errorCode,
    Optional<String> errorMessage) {}
