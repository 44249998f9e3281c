package dev.vectorkeeper.queue;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What was done for collections over time. */
public final class Activity {
  private static final String ADD =
      """
      insert into vectorkeeper.activity as a
        (collection_id, step, at, embedded, reused, unchanged, removed, failed, requests, tokens, usd, troubles, freshness, latency)
      select :collection, s.step, date_trunc(s.step, clock_timestamp(), 'UTC'), :embedded, :reused, :unchanged, :removed, :failed,
             :usage.requests, :usage.tokens, :usage.usd, :troubles, cast(:freshness as bigint[]), cast(:latency as bigint[])
      from (values ('minute'), ('hour')) s (step)
      on conflict (collection_id, step, at) do update
      set embedded = a.embedded + excluded.embedded, reused = a.reused + excluded.reused,
          unchanged = a.unchanged + excluded.unchanged, removed = a.removed + excluded.removed,
          failed = a.failed + excluded.failed, requests = a.requests + excluded.requests,
          tokens = a.tokens + excluded.tokens, usd = a.usd + excluded.usd, troubles = a.troubles + excluded.troubles,
          freshness = (select array_agg(x + y order by n) from unnest(a.freshness, excluded.freshness) with ordinality u (x, y, n)),
          latency = (select array_agg(x + y order by n) from unnest(a.latency, excluded.latency) with ordinality u (x, y, n))
      returning a.step = 'hour' and a.xmax = 0 as hour_begins
      """;

  private static final String FORGET =
      """
      delete from vectorkeeper.activity
      where collection_id = :collection
        and (step = 'minute' and at < now() - interval '2 days' or step = 'hour' and at < now() - interval '400 days')
      """;

  private static final String COUNTS =
      """
      select date_bin(make_interval(secs => :seconds), a.at, :from) as since,
             sum(a.embedded) as embedded, sum(a.reused) as reused, sum(a.unchanged) as unchanged, sum(a.removed) as removed,
             sum(a.failed) as failed, sum(a.requests) as requests, sum(a.tokens) as tokens, sum(a.usd) as usd, sum(a.troubles) as troubles
      from vectorkeeper.activity a
      where a.collection_id = any (:collections) and a.step = :step and a.at >= :from
      group by 1 order by 1
      """;

  private static final String SPREADS =
      """
      select date_bin(make_interval(secs => :seconds), a.at, :from) as since, u.n, sum(u.fresh) as fresh, sum(u.late) as late
      from vectorkeeper.activity a, unnest(a.freshness, a.latency) with ordinality u (fresh, late, n)
      where a.collection_id = any (:collections) and a.step = :step and a.at >= :from and (u.fresh > 0 or u.late > 0)
      group by 1, 2 order by 1, 2
      """;

  /**
   * How long one pass took.
   *
   * @param freshness how long after the change of the oldest of its rows the vectors were stored,
   *     where it was of changes
   * @param embedding how long its texts were embedded, where there were any
   * @param troubled whether the provider did not answer for some of them
   */
  public record Took(
      Optional<Duration> freshness, Optional<Duration> embedding, boolean troubled) {}

  /**
   * What was done in a stretch of time.
   *
   * @param at when it began
   * @param embedded rows whose vector was stored
   * @param reused rows among them that took the vector of an equal text
   * @param unchanged rows whose vector was right already
   * @param removed rows whose vector was removed
   * @param failed rows whose attempt failed
   * @param requests requests of providers
   * @param tokens their tokens
   * @param usd their price in US dollars
   * @param troubles batches for which a provider did not answer
   * @param freshness seconds from a change to its stored vector
   * @param latency seconds that embedding a batch took
   */
  public record Stretch(
      Instant at,
      long embedded,
      long reused,
      long unchanged,
      long removed,
      long failed,
      long requests,
      long tokens,
      BigDecimal usd,
      long troubles,
      Percentiles freshness,
      Percentiles latency) {}

  /**
   * Seconds that half and 95 of 100 took at most; nothing where there was none.
   *
   * @param p50 half
   * @param p95 95 of 100
   */
  public record Percentiles(Optional<Double> p50, Optional<Double> p95) {
    /** Those of a spread. */
    public static Percentiles of(Spread spread) {
      return new Percentiles(boxed(spread.seconds(0.5)), boxed(spread.seconds(0.95)));
    }

    private static Optional<Double> boxed(OptionalDouble seconds) {
      return seconds.isPresent() ? Optional.of(seconds.getAsDouble()) : Optional.empty();
    }
  }

  private record Spreads(Spread freshness, Spread latency) {
    Spreads() {
      this(new Spread(), new Spread());
    }
  }

  private Activity() {}

  /** Adds what one pass did for a collection; what is too old goes when an hour begins. */
  static void add(Handle handle, int collection, BatchResult result, Took took) {
    if (result.processed() == 0 && result.usage().requests() == 0 && !took.troubled()) {
      return;
    }
    Spread freshness = new Spread();
    took.freshness().ifPresent(age -> freshness.add(age, result.embedded()));
    Spread latency = new Spread();
    took.embedding().ifPresent(time -> latency.add(time, 1));
    boolean hourBegins =
        handle
            .createQuery(ADD)
            .bind("collection", collection)
            .bindMethods(result)
            .bindMethods("usage", result.usage())
            .bind("troubles", took.troubled() ? 1 : 0)
            .bind("freshness", freshness.array())
            .bind("latency", latency.array())
            .mapTo(Boolean.class)
            .list()
            .contains(true);
    if (hourBegins) {
      handle.createUpdate(FORGET).bind("collection", collection).execute();
    }
  }

  /**
   * What was done for collections, all together, in stretches of equal length in which there was
   * anything.
   *
   * @param collections their numbers
   * @param from where the first stretch begins
   * @param length of a stretch: whole minutes up to two days ago, else whole hours
   */
  public static List<Stretch> of(
      Handle handle, List<Integer> collections, Instant from, Duration length) {
    Map<Instant, Spreads> spreads = new LinkedHashMap<>();
    query(handle, SPREADS, collections, from, length)
        .map(
            (row, context) -> {
              Spreads of = spreads.computeIfAbsent(instant(row), at -> new Spreads());
              int place = row.getInt("n") - 1;
              of.freshness().add(place, row.getLong("fresh"));
              of.latency().add(place, row.getLong("late"));
              return of;
            })
        .list();
    return query(handle, COUNTS, collections, from, length)
        .map((row, context) -> stretch(row, spreads.get(instant(row))))
        .list();
  }

  private static org.jdbi.v3.core.statement.Query query(
      Handle handle, String sql, List<Integer> collections, Instant from, Duration length) {
    return handle
        .createQuery(sql)
        .bindArray("collections", Integer.class, collections)
        .bind("from", from.atOffset(java.time.ZoneOffset.UTC))
        .bind("seconds", length.toSeconds())
        .bind("step", length.toMinutes() % 60 == 0 ? "hour" : "minute");
  }

  private static Instant instant(ResultSet row) throws SQLException {
    return row.getTimestamp("since").toInstant();
  }

  private static Stretch stretch(ResultSet row, @Nullable Spreads spreads) throws SQLException {
    Spreads of = spreads == null ? new Spreads() : spreads;
    return new Stretch(
        instant(row),
        row.getLong("embedded"),
        row.getLong("reused"),
        row.getLong("unchanged"),
        row.getLong("removed"),
        row.getLong("failed"),
        row.getLong("requests"),
        row.getLong("tokens"),
        row.getBigDecimal("usd"),
        row.getLong("troubles"),
        Percentiles.of(of.freshness()),
        Percentiles.of(of.latency()));
  }
}
