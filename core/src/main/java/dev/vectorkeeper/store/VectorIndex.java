package dev.vectorkeeper.store;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.IndexDefinition.Type;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The vector index of one collection, built concurrently after the load. An invalid one, left by a
 * build that was broken off, is dropped and built again. The index stands on the plain column,
 * which the views show through a cast that the planner sees through.
 */
public final class VectorIndex {
  private static final Logger LOG = LoggerFactory.getLogger(VectorIndex.class);

  /** What an element of an HNSW graph takes beside its vector. */
  private static final int GRAPH_BYTES = 400;

  /** In kB. */
  private static final long LEAST_MEMORY = 64 * 1_024;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  /** Whatever vector index the column has, the user's own before ours. */
  private static final String OF_COLUMN =
      """
      select c.relname, i.indisvalid
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
      join pg_attribute a on a.attrelid = i.indrelid and a.attname = :column and not a.attisdropped
      where i.indrelid = to_regclass(:table) and m.amname in ('hnsw', 'ivfflat')
        and (cast(:class as text) is null or exists (
          select from pg_opclass o where o.oid = any (i.indclass::oid[]) and o.opcname = :class))
        and (a.attnum = any (i.indkey::int2[])
          or exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                     and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid = a.attnum))
      order by i.indisvalid desc, c.relname = :own desc, c.relname limit 1
      """;

  private record Found(String name, boolean valid) {}

  private final Collection collection;
  private final Database database;

  public VectorIndex(Collection collection, Database database) {
    this.collection = collection;
    this.database = database;
  }

  /**
   * What is worth knowing of an index before it is made.
   *
   * @throws VectorkeeperException VK-S13 where it cannot be made
   */
  public static List<String> notes(
      String collection, IndexDefinition index, int dimensions, long rows) {
    return Stream.of(
            IndexPlan.check(collection, index, dimensions),
            IndexPlan.tooFewRows(collection, index, rows))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The index's name, in the schema of the collection's table. */
  public SqlName name() {
    Optional<Found> found = database.jdbi().withHandle(this::ofColumn);
    if (found.isPresent()) {
      return new SqlName(place().schema(), found.get().name());
    }
    return new SqlName(place().schema(), own());
  }

  private String own() {
    String stem = collection.table().name();
    return (stem.length() > 46 ? stem.substring(0, 46) : stem) + "_embedding_idx";
  }

  /** The table that is indexed. */
  private SqlName place() {
    return collection.column().isPresent() ? collection.source().table() : collection.table();
  }

  /** In a table of vectors only one by which the collection can be searched. */
  private Optional<Found> ofColumn(Handle handle) {
    String operators = plan().operatorClass();
    return handle
        .createQuery(OF_COLUMN)
        .bind("column", collection.column().orElse("embedding"))
        .bind("table", place().sql())
        .bind("own", own())
        .bind(
            "class",
            collection.column().isPresent()
                ? null
                : operators.substring(operators.lastIndexOf('.') + 1))
        .map((row, context) -> new Found(row.getString(1), row.getBoolean(2)))
        .findOne();
  }

  /** What is indexed, over the collection's table as {@code c}. */
  public String indexed() {
    return plan().expression();
  }

  /** The operator by which the index orders. */
  public String nearness() {
    return plan().operator();
  }

  /**
   * A query vector in the form that the index compares with.
   *
   * @param vector an expression of type vector
   */
  public String queried(String vector) {
    return plan().query().replace("$1", vector);
  }

  private IndexPlan plan() {
    return IndexPlan.of(
        collection.index(), collection.profile().space().dimensions(), database.server());
  }

  /** Whether the index is there and valid; true as well where none is wanted. */
  public boolean isReady() {
    return collection.index().type() == Type.NONE
        || database.jdbi().withHandle(handle -> valid(handle).orElse(false));
  }

  private Optional<Boolean> valid(Handle handle) {
    return ofColumn(handle).map(Found::valid);
  }

  /**
   * Builds the index unless a valid one is there whose lists, if it has any, still say something of
   * the rows; returns when that is so. One process at a time builds. The others look again and
   * again instead of waiting for a lock: a session that waits has a snapshot, which a concurrent
   * build would in turn wait for.
   */
  public void ensure() {
    while (!isReady() || database.jdbi().withHandle(lists()::isOutgrown)) {
      boolean built =
          database
              .jdbi()
              .withHandle(
                  handle -> {
                    if (!locked(handle, "pg_try_advisory_lock")) {
                      return false;
                    }
                    try {
                      build(handle);
                      return true;
                    } finally {
                      locked(handle, "pg_advisory_unlock");
                    }
                  });
      if (!built) {
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        if (Thread.interrupted()) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private boolean locked(Handle handle, String function) {
    return handle
        .createQuery("select " + function + "(:lock)")
        .bind("lock", lock())
        .mapTo(Boolean.class)
        .one();
  }

  /** Of the user's own table, where two concurrent builds would wait for each other. */
  private long lock() {
    return collection.column().isPresent()
        ? 0x766e_0000_0000L + collection.source().relation()
        : 0x766b_0000_0000L + collection.id();
  }

  private void build(Handle handle) {
    Optional<Boolean> present = valid(handle);
    if (present.orElse(false) && !lists().isOutgrown(handle)) {
      return;
    }
    if (present.isPresent() && !present.get()) {
      LOG.info(
          "The index {} is invalid, left by a build that was broken off; building it anew.",
          name());
      Ddl.run(handle, "drop index concurrently if exists " + name().sql());
    }
    long rows = rows(handle);
    IndexPlan.tooFewRows(collection.toString(), collection.index(), rows).ifPresent(LOG::warn);
    Ddl.run(handle, "set maintenance_work_mem = '" + memory(handle, rows) + "kB'");
    Ddl.run(handle, "set max_parallel_maintenance_workers = 2");
    try {
      if (present.isPresent() && present.get()) {
        lists().renew(handle, rows);
      } else {
        Ddl.run(handle, statement(rows));
        lists().remember(handle, rows);
      }
    } finally {
      Ddl.run(handle, "reset maintenance_work_mem");
      Ddl.run(handle, "reset max_parallel_maintenance_workers");
    }
  }

  private IvfflatLists lists() {
    return new IvfflatLists(collection, name());
  }

  /** What is worth knowing of the index as it stands. */
  public List<String> notes() {
    return database.jdbi().withHandle(lists()::notes);
  }

  private long rows(Handle handle) {
    return handle
        .createQuery("select count(*) from " + collection.table().sql())
        .mapTo(Long.class)
        .one();
  }

  /** In kB: enough for the whole graph, but no more than a quarter of what the server caches. */
  private long memory(Handle handle, long rows) {
    long cache =
        handle
            .createQuery(
                "select setting::bigint * 8 from pg_settings where name = 'effective_cache_size'")
            .mapTo(Long.class)
            .one();
    long needed = rows * (4L * collection.profile().space().dimensions() + GRAPH_BYTES) / 1_000;
    return Math.max(LEAST_MEMORY, Math.min(needed, cache / 4));
  }

  private String statement(long rows) {
    IndexDefinition index = collection.index();
    IndexPlan plan = plan();
    String parameters =
        IndexPlan.parameters(index, rows).entrySet().stream()
            .map(entry -> entry.getKey() + " = " + entry.getValue())
            .collect(Collectors.joining(", "));
    return "create index concurrently "
        + SqlName.quote(name().name())
        + " on "
        + place().sql()
        + " using "
        + index.type().name().toLowerCase(Locale.ROOT)
        + " ("
        + plan.expression()
            .replace("c.embedding", SqlName.quote(collection.column().orElse("embedding")))
        + " "
        + plan.operatorClass()
        + ")"
        + (parameters.isEmpty() ? "" : " with (" + parameters + ")");
  }
}
