package dev.vectorkeeper.schedule;

import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.CronStyle;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;

/**
 * A cron expression in a time zone: five fields from the minute on as Unix has them, or six from
 * the second on as Spring has them.
 *
 * @param expression the fields
 * @param zone where the clock hangs
 */
public record Cron(String expression, ZoneId zone) {
  /** The 29th of February may be as far off. */
  private static final Duration LONGEST = Duration.ofDays(3_000);

  /**
   * Checks the expression and the zone.
   *
   * @throws IllegalArgumentException with a sentence when one of them is wrong
   */
  public static Cron parse(String expression, String zone) {
    ZoneId known;
    try {
      known = ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "\"%s\" is no time zone; write one such as UTC or Europe/Zurich".formatted(zone), e);
    }
    Cron cron = new Cron(expression.strip(), known);
    try {
      if (cron.schedule(known).isDisabled()
          || cron.after(Instant.now()).isAfter(Instant.now().plus(LONGEST))) {
        throw new IllegalArgumentException("it never comes");
      }
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "\"%s\" is no cron expression (%s); write five fields such as \"*/10 * * * *\", or six with the second first"
              .formatted(expression, e.getMessage()),
          e);
    }
    return cron;
  }

  /**
   * The first tick after a moment. A time that the clock leaves out when it is put forward comes at
   * that moment; one that it shows twice comes once.
   */
  public Instant after(Instant moment) {
    Instant second = moment.truncatedTo(ChronoUnit.SECONDS);
    Instant next = next(second, zone);
    LocalDateTime clock = LocalDateTime.ofInstant(second, zone);
    LocalDateTime shown =
        LocalDateTime.ofInstant(
            next(clock.toInstant(ZoneOffset.UTC), ZoneOffset.UTC), ZoneOffset.UTC);
    ZoneOffsetTransition leap = zone.getRules().getTransition(shown);
    return leap != null
            && leap.isGap()
            && leap.getInstant().isAfter(second)
            && leap.getInstant().isBefore(next)
        ? leap.getInstant()
        : next;
  }

  private Instant next(Instant second, ZoneId where) {
    return schedule(where).getNextExecutionTime(ExecutionComplete.simulatedSuccess(second));
  }

  private CronSchedule schedule(ZoneId where) {
    boolean seconds = expression.split("\\s+").length == 6;
    return new CronSchedule(expression, where, seconds ? CronStyle.SPRING53 : CronStyle.UNIX);
  }
}
