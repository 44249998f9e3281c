package dev.vectorkeeper.verify;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Holds every stored vector against its row and against what a vector of its profile should be. All
 * is read under one snapshot, in which a row that changed has its change logged beside it: what is
 * at work is told from what is wrong.
 */
final class StoredVectors {
  /**
   * What was counted.
   *
   * @param rows rows that should have a vector
   * @param vectors rows that have one
   * @param pending rows that differ and wait to be looked at again
   */
  record Counts(long rows, long vectors, long pending) {}

  private static final int SAMPLE = 5;

  /** So many different texts with one vector are no coincidence of a model that folds case. */
  private static final int COLLAPSED = 5;

  /**
   * Of rows in chunks, in which a phrase that many have may stand alone, more than one in so many.
   */
  private static final int COLLAPSED_CHUNKS = 20;

  private static final String COMPARED =
      """
      with pending as materialized (
        select {logKey} as key from {log} l where l.k1 is not null
        union select unnest(keys) from vectorkeeper.claim where collection_id = :collection
        union select key from vectorkeeper.retry where collection_id = :collection),
      joined as (
        select case when s.content_hash is not null then {sourceKey} else {storedKey} end as key, s.content_hash is not null as eligible, c.stored,
               case when s.content_hash is null then 'orphan'
                    when c.stored is null then 'missing'
                    when s.content_hash is distinct from c.content_hash{torn} then 'stale' end as difference
        from (select * from {source} x where x.content_hash is not null) s
        full join ({stored}) c on {same}),
      compared as (
        select joined.key, eligible, stored,
               case when difference is null then null
                    when difference = 'orphan' and :sweeping or p.key is not null then 'pending'
                    when difference = 'missing' and exists (
                      select from vectorkeeper.dead_letter d where d.collection_id = :collection and d.key = joined.key)
                      then 'dead'
                    else difference end as difference
        from joined left join pending p on difference is not null and p.key = joined.key)
      """;

  private static final String COUNT =
      """
      select count(*) filter (where eligible), count(*) filter (where stored), count(*) filter (where difference = 'pending'),
             count(*) filter (where difference = 'missing'), count(*) filter (where difference = 'orphan'),
             count(*) filter (where difference = 'stale'), count(*) filter (where difference = 'dead')
      from compared
      """;

  private static final String DIFFERENT =
      "select key from compared where difference = :difference limit " + SAMPLE;

  private static final String SWEEPING =
      """
      select c.sweeps_done < s.sweeps_requested or exists (select from {log} l where l.k1 is null)
      from vectorkeeper.collection c join vectorkeeper.source s using (source_id) where c.collection_id = :collection
      """;

  /** A row in chunks is represented by its first one. */
  private static final String FIRST_CHUNKS =
      "select distinct on ({targets}) c.*, true as stored from {table} c order by {targets}, c.chunk";

  /** All chunks of a row are of one text, and begin with the first. */
  private static final String TORN =
      """
       or c.chunk > 0 or exists (
        select from {table} f where {sameRow} and f.chunk > 0 and f.content_hash is distinct from c.content_hash)
      """;

  private static final String VALUES = "select {counts} from {table} c";

  private static final String OFFENDING =
      "select {storedKey} from {table} c where {condition} limit " + SAMPLE;

  /**
   * Equal vectors have equal inner products with any vector, so that grouping takes eight bytes a
   * row rather than a vector; what shares a product is then compared itself.
   */
  private static final String EQUAL =
      """
      with groups as (
        select c.embedding operator({vectors}.<#>) cast(:probe as {vector}) as product
        from {table} c where {vectors}.vector_dims(c.embedding) = {dimensions} and {vectors}.vector_norm(c.embedding) > 0
        group by 1 having count(distinct c.content_hash) >= :least),
      equal as materialized (
        select array[min({storedKey}), max({storedKey})] as keys, count(*) as size
        from {table} c
        where {vectors}.vector_dims(c.embedding) = {dimensions} and {vectors}.vector_norm(c.embedding) > 0
          and c.embedding operator({vectors}.<#>) cast(:probe as {vector}) in (select product from groups)
        group by c.embedding having count(distinct c.content_hash) >= :least)
      """;

  private final Handle handle;
  private final Collection collection;
  private final RowKeys keys;
  private final Server server;
  private final VerificationOptions options;
  private final List<Check> checks = new ArrayList<>();

  StoredVectors(Handle handle, Collection collection, Server server, VerificationOptions options) {
    this.handle = handle;
    this.collection = collection;
    this.keys = collection.source().keys();
    this.server = server;
    this.options = options;
  }

  /** Looks at everything; the checks are added to a list. */
  Counts check(List<Check> found) {
    Counts counts = compare();
    checkValues(counts.vectors());
    found.addAll(checks);
    return counts;
  }

  private void add(CheckKind kind, long count, List<String> samples) {
    checks.add(Check.of(kind, count, options, samples));
  }

  private Counts compare() {
    boolean chunked = collection.source().chunking().isPresent();
    String compared =
        SqlText.of(COMPARED)
            .with("logKey", keys.text("l"))
            .with("log", collection.source().changeLog())
            .with("sourceKey", keys.text("s"))
            .with("storedKey", keys.targetText("c"))
            .with("source", collection.source().content())
            .with("stored", chunked ? ofChunks(FIRST_CHUNKS) : stored())
            .with("torn", chunked ? ofChunks(TORN) : "")
            .with("same", keys.targetEqual("c", "s"))
            .sql();
    boolean sweeping =
        handle
            .createQuery(SqlText.of(SWEEPING).with("log", collection.source().changeLog()).sql())
            .bind("collection", collection.id())
            .mapTo(Boolean.class)
            .one();
    Map<CheckKind, Long> found = new EnumMap<>(CheckKind.class);
    Counts counts =
        handle
            .createQuery(compared + COUNT)
            .bind("collection", collection.id())
            .bind("sweeping", sweeping)
            .map(
                (row, context) -> {
                  found.put(CheckKind.MISSING, row.getLong(4));
                  found.put(CheckKind.ORPHAN, row.getLong(5));
                  found.put(CheckKind.STALE, row.getLong(6));
                  found.put(CheckKind.DEAD, row.getLong(7));
                  return new Counts(row.getLong(1), row.getLong(2), row.getLong(3));
                })
            .one();
    found.forEach(
        (kind, count) ->
            add(
                kind,
                count,
                count == 0
                    ? List.of()
                    : handle
                        .createQuery(compared + DIFFERENT)
                        .bind("collection", collection.id())
                        .bind("sweeping", sweeping)
                        .bind("difference", kind.toString())
                        .mapTo(String.class)
                        .list()));
    return counts;
  }

  private String stored() {
    return "select c.*, true as stored from " + collection.table().sql() + " c";
  }

  private String ofChunks(String template) {
    SqlText text = SqlText.of(template).with("table", collection.table());
    return template.equals(TORN)
        ? text.with("sameRow", keys.targetsEqual("f", "c")).sql()
        : text.with("targets", keys.targets("c")).sql();
  }

  private void checkValues(long rows) {
    String vectors = vectors();
    String norm = vectors + ".vector_norm(c.embedding)";
    Map<CheckKind, String> conditions = new EnumMap<>(CheckKind.class);
    conditions.put(
        CheckKind.WRONG_DIMENSION,
        vectors + ".vector_dims(c.embedding) <> " + collection.profile().space().dimensions());
    conditions.put(CheckKind.ZERO, norm + " = 0");
    conditions.put(CheckKind.NON_FINITE, norm + " in ('NaN', 'Infinity')");
    if ("true".equals(collection.profile().space().shape().get("normalise"))) {
      conditions.put(CheckKind.NOT_NORMALISED, norm + " <> 0 and abs(" + norm + " - 1) > 0.005");
    }
    conditions.put(CheckKind.TRUNCATED, "c.truncated");
    String counts =
        conditions.values().stream()
            .map(condition -> "count(*) filter (where " + condition + ")")
            .collect(Collectors.joining(", "));
    List<Long> found =
        handle
            .createQuery(
                SqlText.of(VALUES).with("counts", counts).with("table", collection.table()).sql())
            .map(
                (row, context) -> {
                  List<Long> values = new ArrayList<>();
                  for (int i = 1; i <= conditions.size(); i++) {
                    values.add(row.getLong(i));
                  }
                  return values;
                })
            .one();
    int i = 0;
    for (Map.Entry<CheckKind, String> entry : conditions.entrySet()) {
      long count = found.get(i++);
      add(entry.getKey(), count, count == 0 ? List.of() : offending(entry.getValue()));
    }
    checkCollapsed(rows);
  }

  private List<String> offending(String condition) {
    return handle
        .createQuery(
            SqlText.of(OFFENDING)
                .with("storedKey", keys.targetText("c"))
                .with("table", collection.table())
                .with("condition", condition)
                .sql())
        .mapTo(String.class)
        .list();
  }

  private void checkCollapsed(long rows) {
    boolean chunked = collection.source().chunking().isPresent();
    String groups =
        SqlText.of(EQUAL)
            .with("vectors", vectors())
            .with("vector", server.vectorType())
            .with("dimensions", Integer.toString(collection.profile().space().dimensions()))
            .with("storedKey", keys.targetText("c"))
            .with("table", collection.table())
            .sql();
    long least = chunked ? Math.max(COLLAPSED, rows / COLLAPSED_CHUNKS) : COLLAPSED;
    String probe = probe();
    long count =
        handle
            .createQuery(groups + "select coalesce(sum(size), 0) from equal")
            .bind("probe", probe)
            .bind("least", least)
            .mapTo(Long.class)
            .one();
    List<String> samples =
        count == 0
            ? List.of()
            : handle
                .createQuery(groups + "select unnest(keys) from equal limit " + SAMPLE)
                .bind("probe", probe)
                .bind("least", least)
                .mapTo(String.class)
                .list();
    add(CheckKind.COLLAPSED, count, samples);
  }

  /** A vector of no special direction, the same at each call. */
  private String probe() {
    Random random = new Random(20_240_229);
    return random
        .doubles(collection.profile().space().dimensions(), -1, 1)
        .mapToObj(value -> String.format(Locale.ROOT, "%.6f", value))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private String vectors() {
    return SqlName.quote(server.vectorSchema().orElseThrow());
  }
}
