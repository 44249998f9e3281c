package dev.vectorkeeper.backfill;

import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.Usage;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * How far a backfill is.
 *
 * @param backfill its number
 * @param state running, paused, done or cancelled
 * @param pausedWhy why it is paused
 * @param slowedWhy why the load governor slows it down, while it does
 * @param budgetUsd what it may cost in US dollars, where that was said
 * @param rowsExpected rows that the source had when it began; exact up to a million
 * @param rowsDone rows looked at so far
 * @param result what was done with them
 * @param seconds how long it has run, or ran
 */
public record Progress(
    long backfill,
    String state,
    Optional<String> pausedWhy,
    Optional<String> slowedWhy,
    Optional<BigDecimal> budgetUsd,
    long rowsExpected,
    long rowsDone,
    BatchResult result,
    double seconds) {

  static Progress read(ResultSet row) throws SQLException {
    return new Progress(
        row.getLong("backfill_id"),
        row.getString("state"),
        Optional.ofNullable(row.getString("paused_why")),
        Optional.ofNullable(row.getString("slowed_why")),
        Optional.ofNullable(row.getBigDecimal("budget_usd")),
        row.getLong("rows_expected"),
        row.getLong("rows_done"),
        new BatchResult(
            row.getInt("embedded"),
            row.getInt("reused"),
            row.getInt("unchanged"),
            row.getInt("removed"),
            row.getInt("failed"),
            row.getInt("truncated"),
            new Usage(
                row.getInt("requests"),
                row.getInt("retries"),
                row.getLong("inputs"),
                row.getLong("tokens"),
                row.getBigDecimal("usd"))),
        row.getDouble("seconds"));
  }

  public boolean isRunning() {
    return state.equals("running");
  }

  /** Rows a second over the whole run so far. */
  public double rate() {
    return seconds <= 0 ? 0 : rowsDone / seconds;
  }
}
