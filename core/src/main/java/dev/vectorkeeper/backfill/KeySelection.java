package dev.vectorkeeper.backfill;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of a source a backfill takes: those of a stretch of the key order, that pass the
 * user's condition, and, where only so many are wanted, that need a vector at all.
 */
final class KeySelection {
  private static final String KEYS =
      "select {key} as key from {source} s {where} order by {order} limit :most";

  private static final String COUNT =
      "select count(*) from (select from {source} s {where} limit :most) counted";

  private static final String TEXTS =
      """
      with needed as (
        select s.content_hash, length(s.content) as characters from {source} s {where} order by {order} limit :most),
      different as (
        select content_hash, min(characters) as characters from needed where content_hash is not null group by content_hash)
      select (select count(*) from needed), count(*), coalesce(sum(characters), 0)
      from different n where not exists (select from {table} d where d.content_hash = n.content_hash)
      """;

  private static final String SAMPLE =
      """
      with needed as (
        select s.content_hash, s.content from {source} s {where} order by {order} limit :most)
      select min(content) from needed n
      where content_hash is not null and not exists (select from {table} d where d.content_hash = n.content_hash)
      group by content_hash order by content_hash limit :wanted
      """;

  private static final String PASSES =
      "exists (select from {table} t where {same} and (\n{condition}\n))";

  private static final String NEEDED =
      """
      s.content_hash is distinct from (select c.content_hash from {table} c where {same}{first})
      """;

  private final Collection collection;
  private final RowKeys keys;
  private final List<String> conditions = new ArrayList<>();
  private @Nullable String after;
  private @Nullable String upTo;

  private KeySelection(Collection collection) {
    this.collection = collection;
    this.keys = collection.source().keys();
  }

  /**
   * A selection from all keys.
   *
   * @param where the user's condition
   * @param needed whether only rows are wanted whose vector is missing or stale
   */
  static KeySelection of(Collection collection, Optional<String> where, boolean needed) {
    KeySelection selection = new KeySelection(collection);
    where.ifPresent(selection::passing);
    if (needed) {
      selection.conditions.add(
          SqlText.of(NEEDED)
              .with("table", collection.table())
              .with("same", selection.keys.targetEqual("c", "s"))
              .with("first", collection.source().chunking().isPresent() ? " and c.chunk = 0" : "")
              .sql());
    }
    return selection;
  }

  private void passing(String condition) {
    conditions.add(
        SqlText.of(PASSES)
            .with("table", collection.source().table())
            .with(
                "same",
                keys.join(
                    " and ",
                    i -> "t." + SqlName.quote(keys.columns().get(i - 1).name()) + " = s.k" + i))
            .with("condition", condition)
            .sql());
  }

  /** The same within a stretch of the key order; null for an open end. */
  KeySelection between(@Nullable String first, @Nullable String last) {
    after = first;
    upTo = last;
    if (first != null) {
      conditions.add(keys.compare("s", ">", "after"));
    }
    if (last != null) {
      conditions.add(keys.compare("s", "<=", "upTo"));
    }
    return this;
  }

  /** The condition with its {@code where}, for a query with the content view as {@code s}. */
  private String where() {
    return conditions.isEmpty() ? "" : "where " + String.join(" and ", conditions);
  }

  private <T extends SqlStatement<T>> T bound(T statement) {
    if (after != null) {
      keys.bindOne(statement, "after", after);
    }
    if (upTo != null) {
      keys.bindOne(statement, "upTo", upTo);
    }
    return statement;
  }

  /**
   * Texts that would be embedded.
   *
   * @param rows rows that need a vector
   * @param different texts among them for which there is none yet
   * @param characters how long those are together
   */
  record Texts(long rows, long different, long characters) {}

  /** The texts of the first so many rows. */
  Texts texts(Handle handle, long most) {
    return bound(handle.createQuery(over(TEXTS)))
        .bind("most", most)
        .map((row, context) -> new Texts(row.getLong(1), row.getLong(2), row.getLong(3)))
        .one();
  }

  /** Some of the texts, by their hash and so at random. */
  List<String> sample(Handle handle, long most, int wanted) {
    return bound(handle.createQuery(over(SAMPLE)))
        .bind("most", most)
        .bind("wanted", wanted)
        .mapTo(String.class)
        .list();
  }

  private String over(String query) {
    return SqlText.of(query)
        .with("source", collection.source().content())
        .with("where", where())
        .with("order", keys.list("s"))
        .with("table", collection.table())
        .sql();
  }

  /** The first so many keys, in order. */
  List<String> keys(Handle handle, int most) {
    var query =
        handle.createQuery(
            SqlText.of(KEYS)
                .with("key", keys.text("s"))
                .with("source", collection.source().content())
                .with("where", where())
                .with("order", keys.list("s"))
                .sql());
    return bound(query).bind("most", most).mapTo(String.class).list();
  }

  /** How many there are, counted up to so many. */
  long count(Handle handle, long most) {
    var query =
        handle.createQuery(
            SqlText.of(COUNT)
                .with("source", collection.source().content())
                .with("where", where())
                .sql());
    return bound(query).bind("most", most).mapTo(Long.class).one();
  }
}
