package dev.vectorkeeper.status;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.DataFault;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.Usage;
import dev.vectorkeeper.store.ColumnPlacement;
import dev.vectorkeeper.store.VectorIndex;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Reads how every collection stands. Small tables are counted; of large ones the planner's
 * estimates are taken.
 */
public final class Status {
  /** Tables up to so many rows are counted, unless the filter fails on one of them. */
  static final long COUNTED = 250_000;

  private static final String ESTIMATES =
      """
      select greatest((select reltuples from pg_class where oid = s.relation), 0)::bigint as eligible,
             greatest((select reltuples from pg_class where oid = to_regclass(:table)), 0)::bigint as embedded,
             pg_relation_size(s.relation) as bytes, pg_relation_size(to_regclass(:table)) as vector_bytes
      from vectorkeeper.source s where s.source_id = :source
      """;

  private static final String COUNTS =
      """
      select (select count(*) from {content} where content_hash is not null) as eligible,
             (select count(*) from {table}{first}) as embedded
      """;

  private static final String QUEUE =
      """
      select (select count(*) from (select distinct {keys} from {log}) logged)
               + coalesce((select sum(cardinality(keys)) from vectorkeeper.claim where collection_id = :collection), 0) as pending,
             (select count(*) from vectorkeeper.retry where collection_id = :collection) as retries,
             (select count(*) from vectorkeeper.dead_letter where collection_id = :collection) as dead,
             coalesce(extract(epoch from clock_timestamp() - least(
               (select min(logged_at) from {log}),
               (select min(oldest) from vectorkeeper.claim where collection_id = :collection))), 0) as oldest
      """;

  private static final String TOTALS =
      """
      select embedded, reused, unchanged, removed, failed, truncated, requests, retries, inputs, tokens, usd
      from vectorkeeper.collection_total where collection_id = :collection
      """;

  private static final String BUILDING =
      """
      select coalesce(case when tuples_total > 0 then tuples_done::double precision / tuples_total
                           when blocks_total > 0 then blocks_done::double precision / blocks_total end, 0)
      from pg_stat_progress_create_index where relid = to_regclass(:table)
      """;

  private static final String TODAY = " filter (where u.day = (now() at time zone 'UTC')::date)";

  private static final String MONTH =
      " filter (where u.day >= date_trunc('month', now() at time zone 'UTC')::date)";

  private static final String USAGE =
      """
      select p.name, p.provider, p.model,
             {today.requests}, {today.retries}, {today.inputs}, {today.tokens}, {today.usd},
             {month.requests}, {month.retries}, {month.inputs}, {month.tokens}, {month.usd},
             {all.requests}, {all.retries}, {all.inputs}, {all.tokens}, {all.usd},
             q.as_of, q.request_limit, q.requests_left, q.requests_reset_at,
             q.token_limit, q.tokens_left, q.tokens_reset_at
      from vectorkeeper.profile p left join vectorkeeper.profile_usage u using (profile_id)
      left join vectorkeeper.profile_quota q using (profile_id)
      group by p.profile_id, q.profile_id order by p.profile_id
      """;

  private final Database database;
  private final Catalog catalog;

  public Status(Database database) {
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
  }

  /** Every collection that is kept in step, in the order in which they were made. */
  public List<CollectionStatus> collections() {
    catalog.requirePresent();
    return catalog.liveCollections().stream().map(this::of).toList();
  }

  /** One collection. */
  public CollectionStatus of(Collection collection) {
    return database.jdbi().withHandle(handle -> of(handle, collection));
  }

  /** What was used under every profile, in the order in which they were made. */
  public List<ProfileUsage> usage() {
    catalog.requirePresent();
    SqlText query = SqlText.of(USAGE);
    for (String column : List.of("requests", "retries", "inputs", "tokens", "usd")) {
      String sum = "coalesce(sum(u." + column + ")";
      query.with("all." + column, sum + ", 0)");
      query.with("today." + column, sum + TODAY + ", 0)");
      query.with("month." + column, sum + MONTH + ", 0)");
    }
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(query.sql())
                    .map(
                        (row, context) ->
                            new ProfileUsage(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                usage(row, 4),
                                usage(row, 9),
                                usage(row, 14),
                                quota(row, 19)))
                    .list());
  }

  private static Optional<ProviderQuota> quota(ResultSet row, int first) throws SQLException {
    Instant asOf = instant(row, first);
    return asOf == null
        ? Optional.empty()
        : Optional.of(new ProviderQuota(asOf, budget(row, first + 1), budget(row, first + 4)));
  }

  private static @Nullable Budget budget(ResultSet row, int first) throws SQLException {
    long limit = row.getLong(first);
    limit = row.wasNull() ? -1 : limit;
    long left = row.getLong(first + 1);
    return row.wasNull() ? null : new Budget(limit, left, instant(row, first + 2));
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }

  private static Usage usage(ResultSet row, int first) throws SQLException {
    return new Usage(
        row.getInt(first),
        row.getInt(first + 1),
        row.getLong(first + 2),
        row.getLong(first + 3),
        row.getBigDecimal(first + 4));
  }

  private CollectionStatus of(Handle handle, Collection collection) {
    Optional<Progress> backfill = new Backfills(collection).progress(handle);
    return new CollectionStatus(
        collection.source().name(),
        collection.profile().name(),
        collection.profile().space().model(),
        collection.profile().space().dimensions(),
        collection.state().name().toLowerCase(Locale.ROOT),
        collection.active(),
        collection.table().toString(),
        collection.profile().paused(),
        rows(handle, collection),
        queue(handle, collection),
        totals(handle, collection),
        backfill,
        new VectorIndex(collection, database).isReady(),
        indexBuilt(handle, collection));
  }

  /** How far the build of a collection's index is, from 0 to 1, while it is being built. */
  public Optional<Double> indexBuilt(Collection collection) {
    return database.jdbi().withHandle(handle -> indexBuilt(handle, collection));
  }

  private static Optional<Double> indexBuilt(Handle handle, Collection collection) {
    return handle
        .createQuery(BUILDING)
        .bind(
            "table",
            collection.column().isPresent()
                ? collection.source().table().sql()
                : collection.table().sql())
        .mapTo(Double.class)
        .findFirst();
  }

  private static CollectionStatus.Rows rows(Handle handle, Collection collection) {
    record Estimate(long eligible, long embedded, long bytes) {}
    Estimate estimate =
        handle
            .createQuery(ESTIMATES)
            .bind(
                "table",
                collection.column().isPresent()
                    ? ColumnPlacement.side(collection).sql()
                    : collection.table().sql())
            .bind("source", collection.source().id())
            .map(
                (row, context) ->
                    new Estimate(
                        row.getLong(1), row.getLong(2), Math.max(row.getLong(3), row.getLong(4))))
            .one();
    boolean small =
        Math.max(estimate.eligible(), estimate.embedded()) <= COUNTED
            && estimate.bytes() < 2_000_000_000L;
    if (!small || !readable(handle, collection)) {
      return new CollectionStatus.Rows(estimate.eligible(), estimate.embedded(), false);
    }
    try {
      return counted(handle, collection);
    } catch (JdbiException e) {
      if (DataFault.of(e).isEmpty()) {
        throw e;
      }
      return new CollectionStatus.Rows(estimate.eligible(), estimate.embedded(), false);
    }
  }

  private static CollectionStatus.Rows counted(Handle handle, Collection collection) {
    return handle
        .createQuery(
            SqlText.of(COUNTS)
                .with("content", collection.source().content())
                .with("table", collection.table())
                .with("first", collection.source().chunking().isPresent() ? " where chunk = 0" : "")
                .sql())
        .map((row, context) -> new CollectionStatus.Rows(row.getLong(1), row.getLong(2), true))
        .one();
  }

  /** Not so after a column or the table was dropped with cascade, which drift then reports. */
  private static boolean readable(Handle handle, Collection collection) {
    return handle
        .createQuery("select to_regclass(:content) is not null and to_regclass(:table) is not null")
        .bind("content", collection.source().content().sql())
        .bind("table", collection.table().sql())
        .mapTo(Boolean.class)
        .one();
  }

  /** What waits for one collection. */
  public CollectionStatus.Queue queue(Collection collection) {
    return database.jdbi().withHandle(handle -> queue(handle, collection));
  }

  private static CollectionStatus.Queue queue(Handle handle, Collection collection) {
    return handle
        .createQuery(
            SqlText.of(QUEUE)
                .with("log", collection.source().changeLog())
                .with("keys", collection.source().keys().list(""))
                .sql())
        .bind("collection", collection.id())
        .map(
            (row, context) ->
                new CollectionStatus.Queue(
                    row.getLong(1), row.getLong(2), row.getLong(3), Math.max(0, row.getDouble(4))))
        .one();
  }

  /** What was done for a collection since it was made. */
  public static BatchResult totals(Handle handle, Collection collection) {
    return handle
        .createQuery(TOTALS)
        .bind("collection", collection.id())
        .map(
            (row, context) ->
                new BatchResult(
                    row.getInt(1),
                    row.getInt(2),
                    row.getInt(3),
                    row.getInt(4),
                    row.getInt(5),
                    row.getInt(6),
                    new Usage(
                        row.getInt(7),
                        row.getInt(8),
                        row.getLong(9),
                        row.getLong(10),
                        row.getBigDecimal(11))))
        .findOne()
        .orElse(BatchResult.NONE);
  }
}
