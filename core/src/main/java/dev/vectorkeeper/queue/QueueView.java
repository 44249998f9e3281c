package dev.vectorkeeper.queue;

import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.KeyColumn;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;

/**
 * The view beside a user's table that shows its queue in plain SQL: each key that waits, is worked
 * at or failed, once a profile. Clearing {@code processed_at} and {@code error_message} of a row
 * has it tried again; nothing else can be changed.
 *
 * <p>It reads the catalog with its owner's rights, so that whoever is granted the view needs no
 * other right, and it is granted to nobody by itself: it shows the keys of all rows, those too that
 * row level security hides.
 */
public final class QueueView {
  /** What follows the key's columns in the view. */
  public static final List<String> COLUMNS =
      List.of(
          "profile",
          "state",
          "attempts",
          "created_at",
          "processed_at",
          "error_code",
          "error_message");

  private static final String MARK = "Vectorkeeper: the queue of the source ";

  /**
   * The barrier keeps conditions of readers off the keys of other sources, which are of other types
   * and no business of theirs.
   */
  private static final String CREATE =
      """
      create or replace view {view} with (security_barrier = true) as
      select {named}, q.profile,
             case q.stage when 4 then 'running' when 3 then 'pending' when 2 then 'retrying' else 'dead' end as state,
             case when q.retried is not null then q.retried when q.stage = 1 then q.tried else 0 end as attempts,
             q.created_at, case when q.stage = 1 then q.died_at end as processed_at,
             case when q.retried is not null then q.retry_code when q.stage = 1 then q.dead_code end as error_code,
             case when q.retried is not null then q.retry_message when q.stage = 1 then q.dead_message end as error_message
      from (
        select {keys}, u.profile, max(u.stage) as stage, min(u.since) as created_at,
               max(u.attempts) filter (where u.stage = 2) as retried, max(u.attempts) filter (where u.stage = 1) as tried,
               max(u.code) filter (where u.stage = 2) as retry_code, max(u.code) filter (where u.stage = 1) as dead_code,
               max(u.message) filter (where u.stage = 2) as retry_message,
               max(u.message) filter (where u.stage = 1) as dead_message, max(u.died_at) as died_at
        from (
          select {logged}, p.name as profile, 3 as stage, l.logged_at as since, null::integer as attempts,
                 null::text as code, null::text as message, null::timestamptz as died_at
          from {log} l cross join {live} where l.k1 is not null and {isLive}
          union all
          select {claimed}, p.name, case when w.expires_at > statement_timestamp() then 4 else 3 end, w.oldest,
                 null, null, null, null
          from vectorkeeper.claim w join {live} on c.collection_id = w.collection_id and {isLive}
          cross join lateral unnest(w.keys) x(key)
          union all
          select {failed}, p.name, 2, null, x.attempts, x.error_code, x.error_message, null
          from vectorkeeper.retry x join {live} on c.collection_id = x.collection_id and {isLive}
          union all
          select {failed}, p.name, 1, null, x.attempts, x.error_code, x.error_message, x.died_at
          from vectorkeeper.dead_letter x join {live} on c.collection_id = x.collection_id and {isLive}) u
        group by {keys}, u.profile) q
      """;

  private static final String LIVE =
      "(vectorkeeper.collection c join vectorkeeper.profile p on p.profile_id = c.profile_id)";

  private static final String IS_LIVE = "c.source_id = %d and c.state <> 'retired'";

  /** What default privileges gave away when the view was made. */
  private static final String NOBODY =
      """
      do $grants$
      declare
        given text;
      begin
        for given in
          select distinct case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end
          from pg_class c cross join lateral aclexplode(c.relacl) a
          where c.oid = {view}::regclass and a.grantee <> c.relowner
        loop
          execute format('revoke all on {name} from %s', given);
        end loop;
      end $grants$
      """;

  private static final String COMMENT =
      "select coalesce(obj_description(to_regclass(:view), 'pg_class'), '')";

  private static final String NAMES =
      """
      select a.attname from pg_attribute a
      where a.attrelid = to_regclass(:view) and a.attnum between 1 and :most order by a.attnum
      """;

  private final Source source;
  private final RowKeys keys;

  public QueueView(Source source) {
    this.source = source;
    this.keys = source.keys();
  }

  /** Whether a view that was made for a source is there. */
  public static boolean isThere(Handle handle, SqlName view, String source) {
    return handle
        .createQuery(COMMENT)
        .bind("view", view.sql())
        .mapTo(String.class)
        .one()
        .equals(MARK + source);
  }

  /** The names that the key's columns have in the view. */
  public static List<String> keyNames(SourceTable table, Map<String, String> names) {
    return table.key().stream().map(c -> names.getOrDefault(c.name(), c.name())).toList();
  }

  /**
   * Makes the view that the source wants now, and no other.
   *
   * @param before the view that it had
   */
  public void make(Handle handle, Optional<SqlName> before) {
    Optional<SqlName> present = before.filter(view -> isThere(handle, view, source.name()));
    Optional<SqlName> wanted = source.changes().queue();
    if (wanted.isEmpty()) {
      present.ifPresent(view -> Ddl.run(handle, "drop view " + view.sql()));
      before.ifPresent(view -> new QueueRetry(source, this::keyName).drop(handle));
    } else {
      present.ifPresent(view -> rename(handle, view, wanted.get()));
      create(handle, wanted.get(), present.isEmpty());
    }
  }

  /** Those who were granted it keep it. */
  private void rename(Handle handle, SqlName view, SqlName wanted) {
    List<String> names =
        handle
            .createQuery(NAMES)
            .bind("view", view.sql())
            .bind("most", keys.columns().size())
            .mapTo(String.class)
            .list();
    IntStream.range(0, names.size())
        .filter(i -> !names.get(i).equals(keyName(i + 1)))
        .forEach(
            i ->
                Ddl.run(
                    handle,
                    "alter view %s rename column %s to %s"
                        .formatted(
                            view.sql(),
                            SqlName.quote(names.get(i)),
                            SqlName.quote(keyName(i + 1)))));
    if (!view.name().equals(wanted.name())) {
      Ddl.run(
          handle, "alter view %s rename to %s".formatted(view.sql(), SqlName.quote(wanted.name())));
    }
    if (!view.schema().equals(wanted.schema())) {
      SqlName moved = new SqlName(view.schema(), wanted.name());
      Ddl.run(
          handle,
          "alter view %s set schema %s".formatted(moved.sql(), SqlName.quote(wanted.schema())));
    }
  }

  private void create(Handle handle, SqlName view, boolean anew) {
    Ddl.run(
        handle,
        SqlText.of(CREATE)
            .with("view", view)
            .with("named", keys.join(", ", i -> "q.k" + i + " as " + quotedKeyName(i)))
            .with("keys", keys.list("u"))
            .with("logged", keys.list("l"))
            .with("claimed", typed())
            .with("failed", typed())
            .with("log", source.changeLog())
            .with("live", LIVE)
            .with("isLive", IS_LIVE.formatted(source.id()))
            .sql());
    if (anew) {
      Ddl.run(
          handle,
          SqlText.of(NOBODY)
              .with("view", SqlName.literal(view.sql()))
              .with("name", view.sql().replace("'", "''").replace("%", "%%"))
              .sql());
    }
    Ddl.run(
        handle, "comment on view " + view.sql() + " is " + SqlName.literal(MARK + source.name()));
    new QueueRetry(source, this::keyName).create(handle, view);
  }

  private String keyName(int i) {
    KeyColumn column = keys.columns().get(i - 1);
    return source.changes().queueKeys().getOrDefault(column.name(), column.name());
  }

  private String quotedKeyName(int i) {
    return SqlName.quote(keyName(i));
  }

  /** The key's columns of {@code x.key}, its text form. */
  private String typed() {
    return keys.join(
        ", ",
        i ->
            (keys.columns().size() == 1 ? "x.key" : "(x.key::jsonb->>%d)".formatted(i - 1))
                + "::"
                + keys.columns().get(i - 1).type()
                + " as k"
                + i);
  }
}
