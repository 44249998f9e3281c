package dev.vectorkeeper.queue;

import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.Source;
import java.util.function.IntFunction;
import org.jdbi.v3.core.Handle;

/** What a change of a queue's view does: a row whose error is cleared is tried again. */
final class QueueRetry {
  /** Keys are texts as workers write them, whatever the session's settings. */
  private static final String FUNCTION =
      """
      create or replace function {function}() returns trigger
      language plpgsql security definer
      set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO, MDY' set intervalstyle = 'postgres'
      set extra_float_digits = 1 set bytea_output = 'hex' as $queue$
      declare
        failed text;
        own integer;
      begin
        if tg_op = 'UPDATE' then
          if row({new}, new.profile, new.created_at) is not distinct from row({old}, old.profile, old.created_at)
             and new.processed_at is null and new.error_message is null
             and (new.error_code is null or new.error_code = old.error_code)
             and (new.attempts is null or new.attempts in (0, old.attempts))
             and (new.state is null or new.state in ('pending', old.state)) then
            failed := {key};
            own := (select c.collection_id from vectorkeeper.collection c join vectorkeeper.profile p using (profile_id)
                    where c.source_id = {source} and p.name = old.profile);
            update vectorkeeper.retry set due_at = clock_timestamp()
            where collection_id = own and key = failed and old.state = 'retrying';
            with revived as (
              delete from vectorkeeper.dead_letter where collection_id = own and key = failed returning key)
            insert into vectorkeeper.claim (collection_id, keys, oldest)
            select own, array[key], clock_timestamp() from revived where old.state = 'dead';
            new.state := case when old.state = 'running' then 'running' else 'pending' end;
            new.attempts := case when old.state = 'dead' then 0 else old.attempts end;
            new.error_code := null;
            return new;
          end if;
        end if;
        raise exception using errcode = 'VKJ03',
          message = format('VK-J03 Of %I.%I nothing can be changed but this: to clear processed_at and error_message has a row tried again.',
            tg_table_schema, tg_table_name),
          hint = 'To have a row looked at, change it in its table, or run "vectorkeeper backfill".';
      end $queue$
      """;

  private static final String TRIGGER =
      """
      create or replace trigger vectorkeeper_retry instead of insert or update or delete on {view}
      for each row execute function {function}()
      """;

  private final Source source;
  private final IntFunction<String> keyName;

  /**
   * The retry of a source's queue.
   *
   * @param keyName the names of the key's columns in the view, from 1
   */
  QueueRetry(Source source, IntFunction<String> keyName) {
    this.source = source;
    this.keyName = keyName;
  }

  void create(Handle handle, SqlName view) {
    Ddl.run(
        handle,
        SqlText.of(FUNCTION)
            .with("function", function())
            .with("new", columns("new."))
            .with("old", columns("old."))
            .with("key", keyText())
            .with("source", Integer.toString(source.id()))
            .sql());
    Ddl.run(handle, SqlText.of(TRIGGER).with("view", view).with("function", function()).sql());
  }

  /** Once the view is gone. */
  void drop(Handle handle) {
    Ddl.run(handle, "drop function if exists " + function().sql() + "()");
  }

  private SqlName function() {
    return SqlName.catalog("queue_" + source.id() + "_changed");
  }

  private String columns(String row) {
    return source.keys().join(", ", i -> row + SqlName.quote(keyName.apply(i)));
  }

  private String keyText() {
    String parts =
        source.keys().join(", ", i -> "old." + SqlName.quote(keyName.apply(i)) + "::text");
    return source.keys().columns().size() == 1 ? parts : "jsonb_build_array(" + parts + ")::text";
  }
}
