package dev.vectorkeeper.adopt;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.provider.Vectors;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.store.ExistingTable;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** The vectors that might be adopted, and taking them over. */
final class Candidates {
  /**
   * How many there are.
   *
   * @param candidates vectors of rows that want one
   * @param changed rows among them that changed after their vector was made
   */
  record Counts(long candidates, long changed) {}

  /**
   * One of the sample.
   *
   * @param content the row's text
   * @param vector what is stored for it
   */
  record Candidate(String content, float[] vector) {}

  /**
   * What changed while vectors were taken over, or was left out, is looked at by workers; in a
   * transaction of its own, as after every write (postgres-facts 1).
   */
  private static final String RECHECK =
      """
      insert into {log} ({names})
      select {keys} from {source} w left join {table} c on {stored}
      where w.content_hash is distinct from c.content_hash
      """;

  private final Database database;
  private final Collection collection;
  private final AdoptionOptions options;
  private final RowKeys keys;
  private final Place place;
  private final String changed;

  private Candidates(
      Database database, Collection collection, AdoptionOptions options, boolean taken) {
    this.database = database;
    this.collection = collection;
    this.options = options;
    this.keys = collection.source().keys();
    this.place = Place.of(collection, options, database.server(), taken);
    this.changed = Place.changed(collection, options);
  }

  static Candidates of(Database database, Collection collection, AdoptionOptions options) {
    if (collection.source().chunking().isPresent()) {
      throw impossible(
          collection, "its texts are cut into chunks, and nobody knows which chunk a vector is of");
    }
    if (collection.column().isPresent() && options.from().isPresent()) {
      throw impossible(
          collection, "its vectors are in a column of the source's table; leave --from out");
    }
    if (options.changedAt().isPresent() != options.embeddedAt().isPresent()) {
      throw impossible(collection, "--changed-at and --embedded-at belong together");
    }
    boolean taken =
        collection.column().isEmpty()
            && options.from().isEmpty()
            && database.jdbi().withHandle(handle -> ExistingTable.waits(handle, collection));
    if (collection.column().isEmpty() && options.from().isEmpty() && !taken) {
      throw Place.nowhere(collection);
    }
    return new Candidates(database, collection, options, taken);
  }

  static VectorkeeperException impossible(Collection collection, String why) {
    return new VectorkeeperException(
        "VK-O01", "Nothing can be adopted for %s: %s.".formatted(collection, why));
  }

  /** The source's row as {@code t} of the key {@code w}. */
  static String row(RowKeys keys) {
    return keys.join(
        " and ", i -> "t." + SqlName.quote(keys.columns().get(i - 1).name()) + " = w.k" + i);
  }

  Counts count() {
    try {
      return database
          .jdbi()
          .withHandle(
              handle ->
                  handle
                      .createQuery(
                          "select count(*), count(*) filter (where "
                              + changed
                              + ")\n"
                              + place.from())
                      .map((row, context) -> new Counts(row.getLong(1), row.getLong(2)))
                      .one());
    } catch (JdbiException e) {
      throw impossible(
          collection,
          "they cannot be read as asked: "
              + String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage())
                  .lines()
                  .findFirst()
                  .orElse(""));
    }
  }

  /** Some of those that did not change, the same ones for the same seed. */
  List<Candidate> sample() {
    String query =
        "select s.content, f."
            + place.vector()
            + "::text as vector\n"
            + unchanged()
            + "\norder by hashtextextended("
            + keys.text("w")
            + ", :seed) limit :sample";
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(query)
                    .bind("seed", options.seed())
                    .bind("sample", options.sample())
                    .map(
                        (row, context) ->
                            new Candidate(row.getString(1), Vectors.parse(row.getString(2))))
                    .list());
  }

  private String unchanged() {
    return place.from() + " and not (" + changed + ")";
  }

  /** Takes over those that did not change; the others are embedded by workers. */
  long adopt() {
    long adopted = database.jdbi().inTransaction(this::take);
    database
        .jdbi()
        .useTransaction(
            handle ->
                handle.execute(
                    SqlText.of(RECHECK)
                        .with("log", collection.source().changeLog())
                        .with("names", keys.list(""))
                        .with("keys", keys.list("w"))
                        .with("source", collection.source().content())
                        .with("table", collection.table())
                        .with("stored", keys.targetEqual("c", "w"))
                        .sql()));
    return adopted;
  }

  /**
   * Takes vectors over whose rows want none, so that workers remove them, where that is asked for.
   */
  long takeOthers() {
    if (!options.conditions().others() || place.others().isEmpty()) {
      return 0;
    }
    return database
        .jdbi()
        .inTransaction(
            handle -> {
              place.lock().ifPresent(lock -> Ddl.run(handle, lock));
              return (long) handle.execute(place.others().get());
            });
  }

  private long take(Handle handle) {
    place.lock().ifPresent(lock -> Ddl.run(handle, lock));
    place
        .outdate()
        .filter(outdate -> !changed.equals("false"))
        .ifPresent(outdate -> handle.execute(outdate.of(place.from() + " and (" + changed + ")")));
    return handle.execute(place.adopt().of(unchanged()));
  }
}
