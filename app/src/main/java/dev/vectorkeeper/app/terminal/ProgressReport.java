package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.status.CollectionStatus;
import dev.vectorkeeper.status.Standing;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/**
 * How far the backfill of a collection is at a moment, for a second terminal or a script.
 *
 * @param at the moment
 * @param collection the source's and the profile's name
 * @param state running, paused, done, cancelled, or none where there was no backfill yet
 * @param rowsDone rows looked at so far
 * @param rowsExpected rows that there are to look at
 * @param rowsPerSecond the mean rate since it began
 * @param secondsLeft how long it takes at that rate
 * @param tokens what it used
 * @param usd what that cost in US dollars
 * @param pending live changes that wait
 * @param indexBuilt how far the build of the index is, from 0 to 1, while it is being built
 * @param why why it is paused or slowed down
 */
public record ProgressReport(
    Instant at,
    String collection,
    String state,
    long rowsDone,
    long rowsExpected,
    double rowsPerSecond,
    Optional<Long> secondsLeft,
    long tokens,
    BigDecimal usd,
    long pending,
    Optional<Double> indexBuilt,
    Optional<String> why) {

  /** The same at another moment. */
  public ProgressReport withAt(Instant other) {
    return new ProgressReport(
        other,
        collection,
        state,
        rowsDone,
        rowsExpected,
        rowsPerSecond,
        secondsLeft,
        tokens,
        usd,
        pending,
        indexBuilt,
        why);
  }

  /** The report of a collection. */
  public static ProgressReport of(CollectionStatus status) {
    return of(
        status.source() + "/" + status.profile(),
        status.backfill(),
        status.queue().pending(),
        status.indexBuilt());
  }

  /** The report of a collection that was not looked at row by row. */
  public static ProgressReport of(Standing standing) {
    return of(
        standing.source() + "/" + standing.profile(),
        standing.backfill(),
        standing.queue().pending(),
        standing.indexBuilt());
  }

  private static ProgressReport of(
      String collection, Optional<Progress> progress, long pending, Optional<Double> indexBuilt) {
    long done = progress.map(p -> p.rowsDone()).orElse(0L);
    long expected = Math.max(done, progress.map(p -> p.rowsExpected()).orElse(0L));
    double rate = progress.map(p -> p.rate()).orElse(0.0);
    return new ProgressReport(
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        collection,
        progress.map(p -> p.state()).orElse("none"),
        done,
        expected,
        Math.round(rate * 10) / 10.0,
        progress
            .filter(p -> p.isRunning() && rate > 0)
            .map(p -> (long) Math.ceil((expected - done) / rate)),
        progress.map(p -> p.result().usage().tokens()).orElse(0L),
        progress.map(p -> p.result().usage().usd()).orElse(BigDecimal.ZERO),
        pending,
        indexBuilt,
        progress.flatMap(p -> p.pausedWhy().or(p::slowedWhy)));
  }

  /** Whether something is still under way. */
  public boolean isUnderWay() {
    return state.equals("running") || indexBuilt.isPresent();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %s %s: %,d of %,d rows, %,.1f rows/s%s, %,d tokens, %.4f USD, %,d changes wait%s%s",
        at.truncatedTo(ChronoUnit.SECONDS),
        collection,
        state,
        rowsDone,
        rowsExpected,
        rowsPerSecond,
        secondsLeft.map(s -> ", " + ProgressLine.time(s) + " left").orElse(""),
        tokens,
        usd,
        pending,
        indexBuilt.map(s -> String.format(Locale.ROOT, ", index %.0f %%", s * 100)).orElse(""),
        why.map(w -> " (" + w + ")").orElse(""));
  }
}
