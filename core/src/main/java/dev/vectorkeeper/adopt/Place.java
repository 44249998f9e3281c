package dev.vectorkeeper.adopt;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.util.List;
import java.util.Optional;

/**
 * Where vectors lie that may be adopted, as SQL.
 *
 * @param from the candidates as {@code from} and {@code where}: a vector's row is {@code f}, its
 *     key {@code w}, the row's text {@code s}, and the source's row {@code t} where it is asked for
 * @param vector the vectors' column, quoted
 * @param lock what is locked before the collection's own parts, if anything
 * @param adopt takes candidates over
 * @param outdate marks candidates as stale, where they would count as good otherwise
 * @param others takes vectors over whose rows want none, where these are kept otherwise
 */
record Place(
    String from,
    String vector,
    Optional<String> lock,
    Around adopt,
    Optional<Around> outdate,
    Optional<String> others) {

  /** A statement around a choice of candidates. */
  record Around(String head, String tail) {
    String of(String candidates) {
      return head + candidates + tail;
    }
  }

  /** From a table of the user's into the collection's. */
  private static final String OTHER =
      """
      from {from} f cross join lateral (select {fromKeys}) w
      cross join {source} s
      {timed}left join {table} c on {stored}
      where s.content_hash is not null and {vectors}.vector_dims(f.{vector}) = {dimensions}
        and c.embedding is null
      """;

  private static final String INTO_TABLE =
      "insert into {table} ({targets}, embedding, content_hash) select {keys}, f.{vector}, s.content_hash\n";

  /**
   * In the source's own column: what no worker has looked at yet, or has marked as the
   * application's.
   */
  private static final String COLUMN =
      """
      from {from} f cross join lateral (select {fromKeys}) w
      cross join {source} s
      {timed}left join {side} c on {known}
      where f.{vector} is not null and s.content_hash is not null and (c.vector_hash is null
        or c.kept and c.content_hash = s.content_hash and c.vector_hash = {hash})
      """;

  private static final String UNWANTED =
      """
      from {from} f cross join lateral (select {fromKeys}) w
      cross join {source} s
      {timed}left join {side} c on {known}
      where f.{vector} is not null and s.content_hash is null and (c.vector_hash is null or c.kept)
      """;

  private static final String BESIDE_COLUMN =
      """
      insert into {side} as c ({names}, content_hash, vector_hash)
      select {keys}, {content}, {hash}
      """;

  private static final String BESIDE_CONFLICT =
      """
      on conflict ({names}) do update
      set content_hash = excluded.content_hash, vector_hash = excluded.vector_hash, kept = false
      where c.kept
      """;

  /** In a table of the user's that has become the collection's. */
  private static final String TAKEN =
      """
      from {from} f cross join lateral (select {fromKeys}) w
      cross join {source} s
      {timed}where s.content_hash is not null and f.content_hash is null
      """;

  private static final String MARK =
      "update {table} a set content_hash = m.content_hash from (select {keys}, s.content_hash\n";

  /** A hash that no text has: the row is embedded at its next turn. */
  private static final String NO_TEXT = "''::bytea";

  static Place of(Collection collection, AdoptionOptions options, Server server, boolean taken) {
    Builder builder = new Builder(collection, options, server);
    if (collection.column().isPresent()) {
      return builder.column(collection.column().get());
    }
    return taken ? builder.taken() : builder.other(options.from().orElseThrow());
  }

  /** What the statements have in common. */
  private record Builder(Collection collection, AdoptionOptions options, Server server) {
    private RowKeys keys() {
      return collection.source().keys();
    }

    private String vectors() {
      return SqlName.quote(server.vectorSchema().orElseThrow());
    }

    private Place other(SqlName from) {
      List<String> names = options.keys().isEmpty() ? targets() : options.keys();
      if (names.size() != keys().columns().size()) {
        throw Candidates.impossible(
            collection,
            "--key names %d columns and the source's key has %d"
                .formatted(names.size(), keys().columns().size()));
      }
      String vector = SqlName.quote(options.vector());
      String candidates =
          shared(OTHER, from.orSchema("public"), names)
              .with("table", collection.table())
              .with("stored", keys().targetEqual("c", "w"))
              .with("vectors", vectors())
              .with("vector", vector)
              .with("dimensions", Integer.toString(collection.profile().space().dimensions()))
              .sql();
      String insert =
          SqlText.of(INTO_TABLE)
              .with("table", collection.table())
              .with("targets", keys().targets(""))
              .with("keys", keys().list("w"))
              .with("vector", vector)
              .sql();
      return new Place(
          candidates,
          vector,
          Optional.empty(),
          new Around(insert, "\non conflict do nothing"),
          Optional.empty(),
          Optional.empty());
    }

    private Place column(String name) {
      String vector = SqlName.quote(name);
      String hash = "sha256(" + vectors() + ".vector_send(f." + vector + "))";
      SqlName side = SqlName.catalog("column_" + collection.id());
      String conflict = SqlText.of("\n" + BESIDE_CONFLICT).with("names", keys().list("")).sql();
      return new Place(
          inColumn(COLUMN, side, vector).with("hash", hash).sql(),
          vector,
          Optional.of("lock table " + collection.source().table().sql() + " in access share mode"),
          new Around(beside(side, "s.content_hash", hash), conflict),
          Optional.of(new Around(beside(side, NO_TEXT, hash), conflict)),
          Optional.of(
              beside(side, NO_TEXT, hash) + inColumn(UNWANTED, side, vector).sql() + conflict));
    }

    private SqlText inColumn(String template, SqlName side, String vector) {
      List<String> names = keys().columns().stream().map(c -> c.name()).toList();
      return shared(template, collection.source().table(), names)
          .with("side", side)
          .with("known", keys().equal("c", "w"))
          .with("vector", vector);
    }

    private String beside(SqlName side, String content, String hash) {
      return SqlText.of(BESIDE_COLUMN)
          .with("side", side)
          .with("names", keys().list(""))
          .with("keys", keys().list("w"))
          .with("content", content)
          .with("hash", hash)
          .sql();
    }

    private Place taken() {
      String mark =
          SqlText.of(MARK).with("table", collection.table()).with("keys", keys().list("w")).sql();
      return new Place(
          shared(TAKEN, collection.table(), targets()).sql(),
          SqlName.quote("embedding"),
          Optional.empty(),
          new Around(
              mark, ") m where " + keys().targetEqual("a", "m") + " and a.content_hash is null"),
          Optional.empty(),
          Optional.empty());
    }

    private List<String> targets() {
      return keys().columns().stream().map(column -> column.target()).toList();
    }

    private SqlText shared(String template, SqlName from, List<String> names) {
      return SqlText.of(template)
          .with(
              "from",
              options
                  .conditions()
                  .where()
                  .map(where -> "(select * from " + from.sql() + " where (\n" + where + "\n))")
                  .orElse(from.sql()))
          .with(
              "fromKeys",
              keys()
                  .join(
                      ", ",
                      i ->
                          "cast(f."
                              + SqlName.quote(names.get(i - 1))
                              + " as "
                              + keys().columns().get(i - 1).type()
                              + ") as k"
                              + i))
          .with("source", keys().looked(collection.source().content(), "w"))
          .with("timed", timed());
    }

    /** The source's row itself, where a time of it is asked for. */
    private String timed() {
      return options.changedAt().isEmpty()
          ? ""
          : "join " + collection.source().table().sql() + " t on " + Candidates.row(keys()) + "\n";
    }
  }

  /** Which of the candidates changed after their vector was made, as a condition. */
  static String changed(Collection collection, AdoptionOptions options) {
    RowKeys keys = collection.source().keys();
    String times =
        options.changedAt().isEmpty()
            ? "false"
            : "coalesce(t."
                + SqlName.quote(options.changedAt().get())
                + " > "
                + (collection.column().isPresent() ? "t." : "f.")
                + SqlName.quote(options.embeddedAt().orElseThrow())
                + ", false)";
    return options
        .conditions()
        .stale()
        .map(
            stale ->
                times
                    + " or exists (select from "
                    + collection.source().table().sql()
                    + " t where "
                    + Candidates.row(keys)
                    + " and (\n"
                    + stale
                    + "\n))")
        .orElse(times);
  }

  static VectorkeeperException nowhere(Collection collection) {
    return Candidates.impossible(collection, "say with --from which table the vectors are in");
  }
}
