package dev.vectorkeeper.adopt;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.util.List;
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

  /** From a table of the user's into the collection's. */
  private static final String FROM_TABLE =
      """
      from {from} f cross join lateral (select {fromKeys}) w
      cross join {source} s
      {timed}left join {table} c on {stored}
      where s.content_hash is not null and {vectors}.vector_dims(f.{vector}) = {dimensions}
        and c.embedding is null
      """;

  /** In the source's own column, where what the application wrote is marked as kept. */
  private static final String FROM_COLUMN =
      """
      from {side} w join {rows} f on {same} cross join {source} s
      {timed}where w.kept and w.content_hash = s.content_hash and f.{vector} is not null
        and w.vector_hash = sha256({vectors}.vector_send(f.{vector}))
      """;

  private static final String ADOPT_TABLE =
      "insert into {table} ({targets}, embedding, content_hash) select {keys}, f.{vector}, s.content_hash\n";

  private static final String ADOPT_COLUMN =
      "update {side} a set kept = false from (select {keys}\n";

  /** A hash that no text has: the row is embedded at its next turn. */
  private static final String OUTDATE =
      "update {side} a set kept = false, content_hash = '' from (select {keys}\n";

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
  private final String candidates;
  private final String changed;

  private Candidates(Database database, Collection collection, AdoptionOptions options) {
    this.database = database;
    this.collection = collection;
    this.options = options;
    this.keys = collection.source().keys();
    this.candidates = collection.column().isPresent() ? fromColumn() : fromTable();
    this.changed =
        options.changedAt().isEmpty()
            ? "false"
            : "coalesce(t."
                + SqlName.quote(options.changedAt().get())
                + " > "
                + (collection.column().isPresent() ? "t." : "f.")
                + SqlName.quote(options.embeddedAt().orElseThrow())
                + ", false)";
  }

  static Candidates of(Database database, Collection collection, AdoptionOptions options) {
    if (collection.source().chunking().isPresent()) {
      throw impossible(
          collection, "its texts are cut into chunks, and nobody knows which chunk a vector is of");
    }
    if (collection.column().isPresent() == options.from().isPresent()) {
      throw impossible(
          collection,
          options.from().isPresent()
              ? "its vectors are in a column of the source's table; leave --from out"
              : "say with --from which table the vectors are in");
    }
    if (options.changedAt().isPresent() != options.embeddedAt().isPresent()) {
      throw impossible(collection, "--changed-at and --embedded-at belong together");
    }
    return new Candidates(database, collection, options);
  }

  private static VectorkeeperException impossible(Collection collection, String why) {
    return new VectorkeeperException(
        "VK-O01", "Nothing can be adopted for %s: %s.".formatted(collection, why));
  }

  private String vectors() {
    return SqlName.quote(database.server().vectorSchema().orElseThrow());
  }

  private String vector() {
    return SqlName.quote(collection.column().orElse(options.vector()));
  }

  /** The source's row itself, where a time of it is asked for. */
  private String timed() {
    return options.changedAt().isEmpty()
        ? ""
        : "join " + collection.source().table().sql() + " t on " + row("t") + "\n";
  }

  private String row(String alias) {
    return keys.join(
        " and ", i -> alias + "." + SqlName.quote(keys.columns().get(i - 1).name()) + " = w.k" + i);
  }

  private String fromTable() {
    List<String> names =
        options.keys().isEmpty()
            ? keys.columns().stream().map(column -> column.target()).toList()
            : options.keys();
    if (names.size() != keys.columns().size()) {
      throw impossible(
          collection,
          "--key names %d columns and the source's key has %d"
              .formatted(names.size(), keys.columns().size()));
    }
    return SqlText.of(FROM_TABLE)
        .with("from", options.from().orElseThrow().orSchema("public"))
        .with(
            "fromKeys",
            keys.join(
                ", ",
                i ->
                    "cast(f."
                        + SqlName.quote(names.get(i - 1))
                        + " as "
                        + keys.columns().get(i - 1).type()
                        + ") as k"
                        + i))
        .with("source", keys.looked(collection.source().content(), "w"))
        .with("timed", timed())
        .with("table", collection.table())
        .with("stored", keys.targetEqual("c", "w"))
        .with("vectors", vectors())
        .with("vector", vector())
        .with("dimensions", Integer.toString(collection.profile().space().dimensions()))
        .sql();
  }

  private String fromColumn() {
    return SqlText.of(FROM_COLUMN)
        .with("side", side())
        .with("rows", collection.source().table())
        .with("same", row("f"))
        .with("source", keys.looked(collection.source().content(), "w"))
        .with("timed", timed())
        .with("vectors", vectors())
        .with("vector", vector())
        .sql();
  }

  private SqlName side() {
    return SqlName.catalog("column_" + collection.id());
  }

  Counts count() {
    try {
      return database
          .jdbi()
          .withHandle(
              handle ->
                  handle
                      .createQuery(
                          "select count(*), count(*) filter (where " + changed + ")\n" + candidates)
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
            + vector()
            + "::text as vector\n"
            + candidates
            + " and not ("
            + changed
            + ")\norder by hashtextextended("
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
                    .map((row, context) -> new Candidate(row.getString(1), parse(row.getString(2))))
                    .list());
  }

  private static float[] parse(String text) {
    String[] numbers = text.substring(1, text.length() - 1).split(",");
    float[] vector = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      vector[i] = Float.parseFloat(numbers[i]);
    }
    return vector;
  }

  /** Takes over those that did not change; the others are embedded by workers. */
  long adopt() {
    long adopted = collection.column().isPresent() ? adoptColumn() : adoptTable();
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

  private long adoptTable() {
    String insert =
        SqlText.of(ADOPT_TABLE)
            .with("table", collection.table())
            .with("targets", keys.targets(""))
            .with("keys", keys.list("w"))
            .with("vector", vector())
            .sql();
    return database
        .jdbi()
        .inTransaction(
            handle ->
                (long)
                    handle.execute(
                        insert
                            + candidates
                            + " and not ("
                            + changed
                            + ")\non conflict do nothing"));
  }

  private long adoptColumn() {
    String mine = ") m where " + keys.equal("a", "m");
    return database
        .jdbi()
        .inTransaction(
            handle -> {
              handle.execute(sided(OUTDATE) + candidates + " and (" + changed + ")" + mine);
              return (long)
                  handle.execute(
                      sided(ADOPT_COLUMN) + candidates + " and not (" + changed + ")" + mine);
            });
  }

  private String sided(String template) {
    return SqlText.of(template).with("side", side()).with("keys", keys.list("w")).sql();
  }
}
