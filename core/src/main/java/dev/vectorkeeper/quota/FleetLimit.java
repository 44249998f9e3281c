package dev.vectorkeeper.quota;

import java.time.Duration;
import org.jdbi.v3.core.Jdbi;

/**
 * A rate that all workers of a profile share through the database. The catalog holds when the next
 * unit may leave; a worker books a stretch of about a second, and spends it unit by unit at the
 * rate itself, so that the fleet as a whole never runs ahead and the row is written a few times a
 * second at most.
 */
public final class FleetLimit {
  /** What is limited. */
  public enum Kind {
    REQUESTS("requests"),
    TOKENS("tokens");

    private final String sql;

    Kind(String sql) {
      this.sql = sql;
    }
  }

  private static final String BOOK =
      """
      insert into vectorkeeper.fleet_limit as f (profile_id, kind, free_at)
      select profile_id, :kind, clock_timestamp() + make_interval(secs => :length)
      from vectorkeeper.profile where name = :profile
      on conflict (profile_id, kind) do update
      set free_at = greatest(f.free_at, clock_timestamp()) + make_interval(secs => :length)
      returning extract(epoch from free_at - clock_timestamp()) - :length as wait
      """;

  private static final double STRETCH_SECONDS = 0.5;

  private final Jdbi jdbi;
  private final String profile;
  private final Kind kind;
  private final double perSecond;
  private long nextNanos;
  private double left;

  /**
   * A limit of a profile.
   *
   * @param perMinute units a minute
   */
  public FleetLimit(Jdbi jdbi, String profile, Kind kind, long perMinute) {
    this.jdbi = jdbi;
    this.profile = profile;
    this.kind = kind;
    this.perSecond = perMinute / 60.0;
  }

  /** Books units; returns how long to wait before they may be used. */
  public synchronized Duration book(long units) {
    long now = System.nanoTime();
    if (left < units || nextNanos < now - (long) (STRETCH_SECONDS * 1e9)) {
      double stretch = Math.max(units, Math.floor(perSecond * STRETCH_SECONDS));
      nextNanos = now + (long) (Math.max(0, bookStretch(stretch / perSecond)) * 1e9);
      left = stretch;
    }
    long at = nextNanos;
    left -= units;
    nextNanos += (long) (units / perSecond * 1e9);
    return Duration.ofNanos(Math.max(0, at - now));
  }

  private double bookStretch(double seconds) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(BOOK)
                .bind("kind", kind.sql)
                .bind("length", seconds)
                .bind("profile", profile)
                .mapTo(Double.class)
                .findOne()
                .orElse(0.0));
  }
}
