package dev.vectorkeeper.status;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.queue.Activity.Percentiles;
import dev.vectorkeeper.queue.Spread;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.status.Standing.Spend;
import dev.vectorkeeper.status.Standing.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How all collections stand, read in a few queries over the catalog and the planner's statistics,
 * however many collections and rows there are.
 */
public final class Standings {
  private static final String LOG =
      "select cast(%d as integer) as source_id, count(*) as pending, min(logged_at) as oldest from %s";

  private static final String ALL =
      """
      with log as ({logs}),
      claimed as (select collection_id, sum(cardinality(keys)) as pending, min(oldest) as oldest from vectorkeeper.claim group by 1),
      retried as (select collection_id, count(*) as keys from vectorkeeper.retry group by 1),
      buried as (select collection_id, count(*) as keys from vectorkeeper.dead_letter group by 1),
      worked as (
        select collection_id,
               sum(embedded + unchanged + removed + failed) filter (where step = 'minute') as rows,
               sum(usd) filter (where step = 'hour' and at >= date_trunc('day', now(), 'UTC')) as today,
               sum(usd) filter (where step = 'hour') as month
        from vectorkeeper.activity
        where step = 'hour' and at >= date_trunc('month', now(), 'UTC')
          or step = 'minute' and at >= date_trunc('minute', now()) - interval '1 minute'
        group by 1)
      select c.collection_id,
             greatest(t.reltuples, 0)::bigint as rows, greatest(v.reltuples, 0)::bigint as vectors,
             coalesce(log.pending, 0) + coalesce(claimed.pending, 0) as pending,
             coalesce(retried.keys, 0) as retries, coalesce(buried.keys, 0) as dead,
             coalesce(extract(epoch from clock_timestamp() - least(log.oldest, claimed.oldest)), 0) as oldest,
             coalesce(worked.rows, 0) / extract(epoch from now() - date_trunc('minute', now()) + interval '1 minute') as rate,
             coalesce(worked.today, 0) as today, coalesce(worked.month, 0) as month,
             p.trouble_code, p.trouble_why, p.trouble_at,
             (select i.indisvalid from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
              where m.amname in ('hnsw', 'ivfflat')
                and (c.vector_column is null and i.indrelid = v.oid
                  or c.vector_column is not null and i.indrelid = t.oid and exists (
                    select from pg_attribute a where a.attrelid = t.oid and a.attname = c.vector_column and not a.attisdropped
                      and (a.attnum = any (i.indkey::int2[])
                        or exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                                   and d.refobjid = t.oid and d.refobjsubid = a.attnum))))
              order by i.indisvalid desc limit 1) as indexed,
             (select coalesce(case when b.tuples_total > 0 then b.tuples_done::double precision / b.tuples_total
                                   when b.blocks_total > 0 then b.blocks_done::double precision / b.blocks_total end, 0)
              from pg_stat_progress_create_index b
              where b.relid = case when c.vector_column is null then v.oid else t.oid end limit 1) as built
      from vectorkeeper.collection c
      join vectorkeeper.source s using (source_id)
      join vectorkeeper.profile p using (profile_id)
      left join pg_class t on t.oid = s.relation
      left join pg_class v on v.oid = to_regclass(format('%I.%I', c.table_schema, c.table_name))
      left join log on log.source_id = c.source_id
      left join claimed using (collection_id)
      left join retried using (collection_id)
      left join buried using (collection_id)
      left join worked using (collection_id)
      where c.state <> 'retired'
      """;

  private static final String FRESHNESS =
      """
      select collection_id, n, sum(times) as times
      from vectorkeeper.activity, unnest(freshness) with ordinality u (times, n)
      where step = 'hour' and at >= now() - interval '1 day' and times > 0
      group by 1, 2
      """;

  private static final String TROUBLES =
      "select name, trouble_code, trouble_why, trouble_at from vectorkeeper.profile where trouble_at is not null";

  private record Figures(
      long rows,
      long vectors,
      CollectionStatus.Queue queue,
      double rate,
      Spend spend,
      Optional<Trouble> trouble,
      boolean indexed,
      Optional<Double> indexBuilt) {}

  private final Database database;
  private final Catalog catalog;

  public Standings(Database database) {
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
  }

  /** Every collection that is kept in step, in the order in which they were made. */
  public List<Standing> read() {
    catalog.requirePresent();
    List<Collection> live = catalog.liveCollections();
    return live.isEmpty() ? List.of() : database.jdbi().withHandle(handle -> read(handle, live));
  }

  /** What last kept a provider from answering, by the profile's name. */
  public Map<String, Trouble> troubles() {
    Map<String, Trouble> troubles = new HashMap<>();
    database
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createQuery(TROUBLES)
                    .map((row, context) -> troubles.put(row.getString("name"), trouble(row)))
                    .list());
    return troubles;
  }

  private static Trouble trouble(ResultSet row) throws SQLException {
    return new Trouble(
        row.getString("trouble_code"),
        row.getString("trouble_why"),
        row.getTimestamp("trouble_at").toInstant());
  }

  private static List<Standing> read(Handle handle, List<Collection> live) {
    Map<Integer, Figures> figures = figures(handle, live);
    Map<Integer, Spread> freshness = freshness(handle);
    Map<Integer, Progress> backfills = Backfills.latest(handle);
    return live.stream()
        .filter(c -> figures.containsKey(c.id()))
        .map(
            c ->
                standing(
                    c,
                    Objects.requireNonNull(figures.get(c.id())),
                    freshness.getOrDefault(c.id(), new Spread()),
                    backfills.get(c.id())))
        .toList();
  }

  private static Map<Integer, Figures> figures(Handle handle, List<Collection> live) {
    String logs =
        live.stream()
            .map(Collection::source)
            .map(source -> LOG.formatted(source.id(), source.changeLog().sql()))
            .distinct()
            .collect(Collectors.joining(" union all "));
    Map<Integer, Figures> figures = new HashMap<>();
    handle
        .createQuery(SqlText.of(ALL).with("logs", logs).sql())
        .map((row, context) -> figures.put(row.getInt("collection_id"), figures(row)))
        .list();
    return figures;
  }

  private static Figures figures(ResultSet row) throws SQLException {
    double built = row.getDouble("built");
    Optional<Double> indexBuilt = row.wasNull() ? Optional.empty() : Optional.of(built);
    return new Figures(
        row.getLong("rows"),
        row.getLong("vectors"),
        new CollectionStatus.Queue(
            row.getLong("pending"),
            row.getLong("retries"),
            row.getLong("dead"),
            Math.max(0, row.getDouble("oldest"))),
        row.getDouble("rate"),
        new Spend(row.getBigDecimal("today"), row.getBigDecimal("month")),
        row.getString("trouble_code") == null ? Optional.empty() : Optional.of(trouble(row)),
        row.getBoolean("indexed"),
        indexBuilt);
  }

  private static Map<Integer, Spread> freshness(Handle handle) {
    Map<Integer, Spread> spreads = new HashMap<>();
    handle
        .createQuery(FRESHNESS)
        .map(
            (row, context) ->
                spreads
                    .computeIfAbsent(row.getInt("collection_id"), unused -> new Spread())
                    .add(row.getInt("n") - 1, row.getLong("times")))
        .list();
    return spreads;
  }

  private static Standing standing(
      Collection c, Figures figures, Spread freshness, @Nullable Progress backfill) {
    long rows = rows(c, figures, backfill);
    long waiting = figures.queue().waiting() + figures.queue().dead();
    long outstanding = Math.min(rows, waiting + unseen(c, figures, backfill, rows));
    return new Standing(
        c.source().name(),
        c.source().table().toString(),
        c.source().sync().name().toLowerCase(Locale.ROOT),
        c.profile().name(),
        c.profile().space().model(),
        c.state().name().toLowerCase(Locale.ROOT),
        c.active(),
        c.profile().paused(),
        rows,
        outstanding,
        rows == 0 ? 1 : 1 - (double) outstanding / rows,
        figures.queue(),
        Percentiles.of(freshness),
        figures.rate(),
        figures.spend(),
        c.index().type() == IndexDefinition.Type.NONE || figures.indexed(),
        figures.indexBuilt(),
        Optional.ofNullable(backfill),
        figures.trouble());
  }

  /**
   * Vectors are fewer than rows where a filter leaves some out, and more where rows have several.
   * Before the planner has looked at the tables, the backfill knows.
   */
  private static long rows(Collection c, Figures figures, @Nullable Progress backfill) {
    boolean byVectors =
        c.state() == Collection.State.READY
            && c.source().chunking().isEmpty()
            && figures.vectors() > 0;
    if (byVectors) {
      return figures.vectors() + figures.queue().dead();
    }
    return figures.rows() > 0 || backfill == null ? figures.rows() : backfill.rowsExpected();
  }

  /** Rows that were not looked at since the collection was made. */
  private static long unseen(
      Collection c, Figures figures, @Nullable Progress backfill, long rows) {
    if (c.state() == Collection.State.READY) {
      return 0;
    }
    return Math.max(
        0, rows - Math.max(figures.vectors(), backfill == null ? 0 : backfill.rowsDone()));
  }
}
