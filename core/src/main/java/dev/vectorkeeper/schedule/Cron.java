package dev.vectorkeeper.schedule;

import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.CronStyle;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * A cron expression in a time zone: five fields from the minute on as Unix has them, or six from
 * the second on as Spring has them.
 *
 * @param expression the fields
 * @param zone where the clock hangs
 */
public record Cron(String expression, ZoneId zone) {

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
      if (cron.schedule().isDisabled()) {
        throw new IllegalArgumentException("it never comes");
      }
      cron.after(Instant.now());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "\"%s\" is no cron expression (%s); write five fields such as \"*/10 * * * *\", or six with the second first"
              .formatted(expression, e.getMessage()),
          e);
    }
    return cron;
  }

  /** The first tick after a moment. */
  public Instant after(Instant moment) {
    Instant second = moment.truncatedTo(ChronoUnit.SECONDS);
    return schedule().getNextExecutionTime(ExecutionComplete.simulatedSuccess(second));
  }

  private CronSchedule schedule() {
    boolean seconds = expression.split("\\s+").length == 6;
    return new CronSchedule(expression, zone, seconds ? CronStyle.SPRING53 : CronStyle.UNIX);
  }
}
