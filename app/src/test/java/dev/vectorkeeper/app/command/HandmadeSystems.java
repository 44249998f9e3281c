package dev.vectorkeeper.app.command;

import dev.vectorkeeper.provider.remote.TextVectors;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.WordNetTexts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * Embedding systems as teams made them by hand, filled: each with its own schema, its vectors where
 * it keeps them, and the triggers, functions and queues that it has.
 */
final class HandmadeSystems {
  /** What a vector is of and where it is to be written. */
  private interface Rows {
    void put(PreparedStatement statement, int id, String text) throws SQLException;
  }

  private HandmadeSystems() {}

  /** Vectors as the loopback server makes them. */
  static String vector(String text, int dimensions) {
    return Arrays.toString(TextVectors.of(text, dimensions));
  }

  private static void fill(TestDatabase test, String insert, int count, Rows rows) {
    List<String> texts = WordNetTexts.some(count);
    try (Connection session = test.session();
        PreparedStatement statement = session.prepareStatement(insert)) {
      session.setAutoCommit(false);
      for (int id = 1; id <= count; id++) {
        rows.put(statement, id, texts.get(id - 1));
        statement.addBatch();
      }
      statement.executeBatch();
      session.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Two providers side by side in one table; the one in use has vectors of three rows in four. */
  static void media(TestDatabase test, int count) {
    test.sql(
        "create table media_items (id uuid primary key default gen_random_uuid(), no int unique, kind text, title text not null, description text, withdrawn_at timestamptz)",
        """
        create table media_embeddings (
          id bigint generated always as identity primary key,
          media_item_id uuid not null references media_items on delete cascade,
          provider text not null, model text not null, dimensions int not null, task text,
          embedding vector(1024) not null, created_at timestamptz not null default now(),
          unique (media_item_id, provider, model, dimensions, task))
        """,
        "create table embedding_settings (id int primary key, provider text, model text, dimensions int, task text, updated_at timestamptz default now())",
        "insert into embedding_settings values (1, 'jina', 'jina-embeddings-v3', 1024, 'retrieval.passage')",
        """
        create view active_embedding_profile as select provider, model, dimensions, task from embedding_settings where id = 1
        """,
        """
        create view media_embeddings_active as
        select e.* from media_embeddings e join active_embedding_profile p
          on (e.provider, e.model, e.dimensions) = (p.provider, p.model, p.dimensions) and e.task is not distinct from p.task
        """,
        """
        create function set_active_embedding_profile(provider text, model text, dimensions int, task text) returns void language sql as
        'update embedding_settings set provider = $1, model = $2, dimensions = $3, task = $4, updated_at = now() where id = 1'
        """,
        """
        create table media_user_vectors (user_id uuid not null, provider text not null, model text not null,
          dimensions int not null, task text, embedding vector(1024) not null)
        """,
        "insert into media_user_vectors select gen_random_uuid(), 'jina', 'jina-embeddings-v3', 1024, 'retrieval.passage', array_fill(0.1::real, array[1024])::vector");
    fill(
        test,
        "insert into media_items (no, kind, title, description) values (?, 'film', ?, ?)",
        count,
        (statement, id, text) -> {
          statement.setInt(1, id);
          statement.setString(2, "Film " + id);
          statement.setString(3, text);
        });
    String insert =
        "insert into media_embeddings (media_item_id, provider, model, dimensions, task, embedding) select id, %s, ?::vector from media_items where no = ?";
    fill(
        test,
        insert.formatted("'jina', 'jina-embeddings-v3', 1024, 'retrieval.passage'")
            + " and no % 4 > 0",
        count,
        HandmadeSystems::filmVector);
    fill(
        test,
        insert.formatted("'openai', 'text-embedding-3-small', 1024, null"),
        count,
        HandmadeSystems::filmVector);
    test.sql(
        "insert into media_items (kind, title, description, withdrawn_at) values ('film', 'Gone', 'Nobody may see it.', now())");
  }

  private static void filmVector(PreparedStatement statement, int id, String text)
      throws SQLException {
    statement.setString(1, vector("Film " + id + "\n\n" + text, 1024));
    statement.setInt(2, id);
  }

  /** A column with an index and a function that searches it; every tenth row is deleted. */
  static void questions(TestDatabase test, int count) {
    test.sql(
        "create table questions (id bigint primary key, subject text, question_text text not null, embedding vector(768), created_at timestamptz default now(), deleted_at timestamptz)",
        "create table solutions (id bigint primary key, question_id bigint references questions on delete cascade, body text)");
    fill(
        test,
        "insert into questions (id, subject, question_text, embedding, deleted_at) values (?, 'words', ?, ?::vector, ?)",
        count,
        (statement, id, text) -> {
          statement.setLong(1, id);
          statement.setString(2, text);
          statement.setString(3, id % 20 == 7 ? null : vector(text, 768));
          statement.setTimestamp(4, id % 10 == 0 ? new java.sql.Timestamp(0) : null);
        });
    test.sql(
        "create index idx_questions_embedding on questions using hnsw (embedding vector_cosine_ops) with (m = 16, ef_construction = 64)",
        """
        create function match_questions_with_solutions(query_embedding vector(768), match_threshold float, match_count int)
        returns table (id bigint, question_text text, similarity float) language sql stable as $$
          select q.id, q.question_text, 1 - (q.embedding <=> query_embedding) from questions q
          where q.deleted_at is null and 1 - (q.embedding <=> query_embedding) > match_threshold
          order by q.embedding <=> query_embedding limit match_count
        $$
        """);
  }

  /** A column filled by a trigger that calls a service, and by a function that names the model. */
  static void products(TestDatabase test, int count) {
    test.sql(
        "create table products (product_id_internal text primary key, name text, brand text, price numeric, embedding_text text, embedding vector(1536))");
    fill(
        test,
        "insert into products values (?, ?, 'someone', 1, ?, ?::vector)",
        count,
        (statement, id, text) -> {
          statement.setString(1, "p-" + id);
          statement.setString(2, "Product " + id);
          statement.setString(3, id % 50 == 0 ? null : text);
          statement.setString(4, id % 25 == 0 ? null : vector(text, 1536));
        });
    test.sql(
        """
        create function auto_generate_embedding() returns trigger language plpgsql as $$
        begin
          if new.embedding_text is not null and new.embedding is null then
            perform set_config('app.asked', coalesce(current_setting('app.asked', true), '') || '.', false);
          end if;
          return new;
        end $$
        """,
        "create trigger trigger_auto_generate_embedding before insert or update on products for each row execute function auto_generate_embedding()",
        """
        create function cron_generate_embeddings() returns void language plpgsql as $$
        declare
          one record;
        begin
          for one in select product_id_internal, embedding_text from products where embedding is null and embedding_text is not null limit 100
          loop
            perform json_build_object('model', 'openai/text-embedding-3-small', 'input', one.embedding_text);
          end loop;
        end $$
        """,
        // A stand-in for pg_cron's own table, with the columns that are read.
        "create schema cron",
        "create table cron.job (jobid bigint primary key, jobname text, schedule text, command text, active boolean default true)",
        "insert into cron.job values (1, 'generate-embeddings', '*/10 * * * *', 'SELECT cron_generate_embeddings()'), (2, 'nightly', '0 0 * * *', 'vacuum')");
  }

  /** A queue with rows that wait and rows that were given up. */
  static void jobs(TestDatabase test, int count) {
    test.sql(
        "create table jobs (id uuid primary key default gen_random_uuid(), no int unique, title text, company text, description text, is_active boolean not null default true, embedding vector(1536))",
        """
        create table embedding_queue (
          id bigint generated always as identity primary key, job_id uuid not null references jobs on delete cascade unique,
          created_at timestamptz not null default now(), processed_at timestamptz, error_message text, retry_count int not null default 0)
        """);
    fill(
        test,
        "insert into jobs (no, title, company, description, is_active, embedding) values (?, ?, 'someone', ?, ?, ?::vector)",
        count,
        (statement, id, text) -> {
          boolean active = id % 9 != 0;
          statement.setInt(1, id);
          statement.setString(2, "Job " + id);
          statement.setString(3, text);
          statement.setBoolean(4, active);
          statement.setString(
              5, !active || id % 30 < 2 ? null : vector("Job " + id + "\n" + text, 1536));
        });
    test.sql(
        "insert into embedding_queue (job_id) select id from jobs where embedding is null and is_active and no % 30 = 0",
        """
        insert into embedding_queue (job_id, processed_at, error_message, retry_count)
        select id, now(), 'Request timed out', 3 from jobs where embedding is null and is_active and no % 30 = 1
        """,
        "insert into embedding_queue (job_id, processed_at) select id, now() from jobs where embedding is not null and no % 30 = 2",
        // One was changed, so that its vector is of an older text.
        "update jobs set description = description || ' Now part time.' where no = 5",
        "insert into embedding_queue (job_id) select id from jobs where no = 5",
        """
        create function queue_embedding() returns trigger language plpgsql as $$
        begin
          if new.is_active and new.embedding is null then
            insert into embedding_queue (job_id) values (new.id) on conflict do nothing;
          end if;
          return new;
        end $$
        """,
        "create trigger trigger_queue_embedding_insert after insert on jobs for each row execute function queue_embedding()",
        "create trigger trigger_queue_embedding_update after update on jobs for each row execute function queue_embedding()",
        """
        create function job_embedding_text(j jobs) returns text language sql immutable as $$ select j.title || E'\\n' || coalesce(j.description, '') $$
        """);
  }

  /** A table of vectors with row level security and an IVFFlat index. */
  static void events(TestDatabase test, int count) {
    test.sql(
        "create table iot_events (id bigint primary key, device text, message text, created_at timestamptz default now())",
        "create table event_embeddings (event_id bigint primary key references iot_events (id) on delete cascade, embedding vector(384) not null, created_at timestamptz default now())",
        "alter table event_embeddings enable row level security");
    fill(
        test,
        "insert into iot_events (id, device, message) values (?, 'd1', ?)",
        count,
        (statement, id, text) -> {
          statement.setLong(1, id);
          statement.setString(2, text);
        });
    fill(
        test,
        "insert into event_embeddings (event_id, embedding) select ?, ?::vector where ? > 5",
        count,
        (statement, id, text) -> {
          statement.setLong(1, id);
          statement.setString(2, vector(text, 384));
          statement.setLong(3, id);
        });
    test.sql(
        "create index event_embeddings_embedding_idx on event_embeddings using ivfflat (embedding vector_cosine_ops) with (lists = 100)",
        "analyze event_embeddings");
  }

  /** Tables that no document describes. */
  static void odd(TestDatabase test) {
    test.sql(
        "create schema \"Odd \"\" schema\"",
        """
        create table "Odd "" schema"."Notes, all" (
          a int, "B: b" text, "Body 'of' it" text, "my vec" vector(8), "is_active" boolean default true, primary key ("B: b", a))
        """,
        "create table parted (id int, region text, body text, embedding vector(8), primary key (id, region)) partition by list (region)",
        "create table parted_eu partition of parted for values in ('eu')",
        "create table parted_us partition of parted for values in ('us')",
        "create table docs (id int primary key, title text, content text, title_embedding vector(8), content_embedding vector(8))",
        "create table doc_chunks (id int primary key, doc_id int references docs, content text, embedding vector(8))",
        "create table doc_parts (doc_id int references docs, part int, embedding vector(8), primary key (doc_id, part))",
        "create table keyless (body text, embedding vector(8))",
        "create table loose (id int primary key, body text, embedding vector)",
        "create table mixed (id int primary key, body text, embedding vector)",
        "create table halves (id int primary key, body text, embedding halfvec(8))",
        "create table bits (id int primary key, body text, embedding bit(8))",
        "create table sparse (id int primary key, body text, embedding sparsevec(8))",
        "create table numbers (id int primary key, embedding vector(8))");
    fill(
        test,
        "insert into docs values (?, ?, ?, ?::vector, ?::vector)",
        40,
        (statement, id, text) -> {
          statement.setInt(1, id);
          statement.setString(2, "Title " + id);
          statement.setString(3, text);
          statement.setString(4, vector("Title " + id, 8));
          statement.setString(5, vector(text, 8));
        });
    for (String table :
        List.of(
            "parted (id, body, region, embedding)",
            "\"Odd \"\" schema\".\"Notes, all\" (a, \"Body 'of' it\", \"B: b\", \"my vec\")")) {
      fill(
          test,
          "insert into " + table + " values (?, ?, ?, ?::vector)",
          40,
          (statement, id, text) -> {
            statement.setInt(1, id);
            statement.setString(2, text);
            statement.setString(3, id % 2 == 0 ? "eu" : "us");
            statement.setString(4, vector(text, 8));
          });
    }
    for (String table : List.of("loose", "halves", "mixed")) {
      fill(
          test,
          "insert into " + table + " (id, body, embedding) values (?, ?, ?::vector)",
          40,
          (statement, id, text) -> {
            statement.setInt(1, id);
            statement.setString(2, text);
            statement.setString(3, vector(text, table.equals("mixed") && id > 20 ? 9 : 8));
          });
    }
    test.sql(
        "insert into doc_chunks select id, id, content, content_embedding from docs",
        "insert into doc_parts select id, part, content_embedding from docs, generate_series(1, 2) part");
  }
}
