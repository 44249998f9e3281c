package dev.vectorkeeper.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.migrate.Finding;
import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.migrate.MigrationOptions;
import dev.vectorkeeper.migrate.MigrationPlan;
import dev.vectorkeeper.migrate.MigrationState;
import dev.vectorkeeper.migrate.Migrator;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import dev.vectorkeeper.testing.TwoSpaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A column's model is changed, and all that depends on the column goes with it, there and back. */
class ColumnSwapPgTest {
  private static final String SOURCE =
      """
        questions:
          {table: questions, text: body, where: deleted_at is null, collections: [old], placement: {column: embedding}}
      """;

  private static final int ROWS = 40;

  private final ScriptedProvider old = new ScriptedProvider(8, 100, "old");
  private final ScriptedProvider other = new ScriptedProvider(12, 100, "new");
  private final List<TestRole> roles = new ArrayList<>();
  private TestDatabase test;
  private TwoSpaces spaces;
  private Migrator migrator;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table questions (id bigint primary key, body text, owner text, deleted_at timestamptz, embedding vector(8))",
        "create table solutions (question_id bigint primary key references questions, solution text)",
        "insert into questions (id, body, owner) select g, 'body ' || g, 'ann' from generate_series(1, "
            + ROWS
            + ") g",
        "insert into solutions select g, 'solution ' || g from generate_series(1, 20) g",
        "create index idx_questions_embedding on questions using hnsw (embedding vector_cosine_ops)");
    spaces = new TwoSpaces(test, old, other);
  }

  @AfterEach
  void close() {
    test.close();
    roles.forEach(TestRole::close);
  }

  private void applied() {
    spaces.apply(SOURCE);
    spaces.drain();
    migrator = spaces.migrator(SOURCE, MigrationListener.NONE);
  }

  private void assertColumn(String column, ScriptedProvider provider) {
    List<String> rows = test.column("select body || '|' || " + column + " from questions");
    assertThat(rows).hasSize(ROWS);
    for (String row : rows) {
      int bar = row.indexOf('|');
      String[] numbers = row.substring(bar + 2, row.length() - 1).split(",");
      float[] stored = new float[numbers.length];
      for (int i = 0; i < stored.length; i++) {
        stored[i] = Float.parseFloat(numbers[i]);
      }
      assertThat(stored).containsExactly(provider.vector(row.substring(0, bar)));
    }
  }

  private MigrationPlan plan() {
    return migrator.plan("questions", "new", MigrationOptions.DEFAULT);
  }

  private void cutOver() {
    migrator.run("questions", "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
  }

  private void retire() {
    migrator.retire(
        "questions",
        MigrationOptions.DEFAULT.withRetirement(Duration.ZERO, Duration.ZERO, Optional.empty()),
        false);
  }

  private String vectorOf(ScriptedProvider provider, String text) {
    return "'" + Arrays.toString(provider.vector(text)) + "'::vector";
  }

  @Test
  void the_column_keeps_its_name_and_both_columns_are_kept_in_step_until_the_old_one_goes() {
    applied();
    assertThat(plan().stops()).isEmpty();
    assertThat(plan().swaps()).isTrue();
    cutOver();
    assertThat(migrator.status("questions").bytes()).isGreaterThan(ROWS * (4 * 12 + 8) + 8_192);
    assertColumn("embedding", other);
    assertColumn("embedding__other", old);
    test.sql(
        "update questions set body = 'changed' where id = 1",
        "update questions set embedding = null where id = 2",
        "update questions set embedding__other = null where id = 3");
    spaces.drain();
    assertColumn("embedding", other);
    assertColumn("embedding__other", old);
    assertThat(test.column("select distinct dimensions from questions_embeddings_active"))
        .containsExactly("12");
    migrator.rollback("questions", MigrationOptions.DEFAULT, false);
    assertColumn("embedding", old);
    assertColumn("embedding__other", other);
    test.sql("update questions set body = 'again' where id = 4");
    spaces.drain();
    assertColumn("embedding", old);
    migrator.cutover("questions", MigrationOptions.DEFAULT, false);
    retire();
    assertColumn("embedding", other);
    assertThat(
            test.column(
                "select attname from pg_attribute where attrelid = 'questions'::regclass and attname like '%other%' and not attisdropped"))
        .isEmpty();
    assertThat(
            test.column(
                "select relname from pg_class where relname like '%\\_\\_%' and relnamespace = 'public'::regnamespace"))
        .isEmpty();
    assertThat(
            test.column(
                "select indexdef from pg_indexes where indexname = 'idx_questions_embedding'"))
        .singleElement()
        .asString()
        .contains("hnsw (embedding vector_cosine_ops)");
    test.sql(
        "update questions set body = 'last' where id = 5",
        "update questions set embedding = null where id = 6");
    spaces.drain();
    assertColumn("embedding", other);
    String after = SOURCE.replace("[old]", "[new]");
    assertThat(spaces.apply(after).changes()).isEmpty();
  }

  @Test
  void searches_of_the_new_vectors_do_not_count_as_searches_of_the_old_ones() {
    applied();
    cutOver();
    String search = "set enable_seqscan = off; select id from questions order by %s <=> %s limit 1";
    MigrationOptions unread =
        MigrationOptions.DEFAULT.withRetirement(
            Duration.ZERO, Duration.ofHours(1), Optional.empty());
    searchedBefore();
    test.sql(search.formatted("embedding", vectorOf(other, "body 1")));
    migrator.retire("questions", unread, true);
    test.sql(search.formatted("embedding__other", vectorOf(old, "body 1")));
    assertThatThrownBy(() -> migrator.retire("questions", unread, true))
        .hasMessageContaining("questions/old was searched at");
  }

  /** Searches until now, by verification among others, are long ago. */
  private void searchedBefore() {
    test.sql(
        "select vectorkeeper.note_searches()",
        "update vectorkeeper.collection set searched_at = now() - interval '1 day'");
  }

  @Test
  void a_second_migration_goes_back_the_same_way() {
    applied();
    cutOver();
    retire();
    Migrator back = spaces.migrator(SOURCE.replace("[old]", "[new]"), MigrationListener.NONE);
    back.run("questions", "old", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
    assertColumn("embedding", old);
    assertColumn("embedding__other", other);
  }

  @Test
  void what_is_given_up_leaves_nothing_behind() {
    test.sql("create view live as select id, embedding from questions where deleted_at is null");
    applied();
    String before = shape();
    migrator.run("questions", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    assertThat(shape()).isNotEqualTo(before);
    migrator.abort("questions", MigrationOptions.DEFAULT, false);
    assertThat(shape()).isEqualTo(before);
    assertColumn("embedding", old);
    test.sql("update questions set embedding = null where id = 6");
    spaces.drain();
    assertColumn("embedding", old);
  }

  /** Everything of the user's, as the server describes it. */
  private String shape() {
    return String.join(
        "\n",
        test.column(
            """
            select regexp_replace(d, '\\s+', ' ', 'g') from (
              select attname || ' ' || format_type(atttypid, atttypmod) || coalesce(attacl::text, '')
                || coalesce(col_description(attrelid, attnum), '') as d
              from pg_attribute where attrelid = 'questions'::regclass and attnum > 0 and not attisdropped
              union all select indexdef from pg_indexes where schemaname = 'public' and tablename not like 'questions\\_%'
              union all select relname || relkind::text || pg_get_viewdef(oid) || coalesce(reloptions::text, '')
                || coalesce(relacl::text, '') || coalesce(obj_description(oid, 'pg_class'), '')
              from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace and relname not like 'questions\\_%'
              union all select pg_get_constraintdef(oid) || convalidated from pg_constraint where conrelid = 'questions'::regclass
              union all select pg_get_triggerdef(oid) || tgenabled::text from pg_trigger
                where not tgisinternal and tgname not like 'vectorkeeper%'
              union all select polname || pg_get_expr(polqual, polrelid) from pg_policy where polrelid = 'questions'::regclass
              union all select pg_get_functiondef(oid) || coalesce(proacl::text, '') from pg_proc
                where pronamespace = 'public'::regnamespace and prolang <> 13 and probin is null and proname <> 'match_questions'
                  and proname not in ('set_active_embedding_profile')
                  and not exists (select from pg_depend e where e.objid = pg_proc.oid and e.deptype = 'e')) x
            order by 1
            """));
  }

  private void dependants() {
    TestRole reader = TestRole.create(test, "");
    roles.add(reader);
    test.sql(
        "comment on column questions.embedding is 'what it means'",
        "grant select (id, embedding), update (embedding) on questions to " + reader.name(),
        "create view live with (security_barrier = true) as select id, body, embedding, vector_norm(embedding) as nearness"
            + " from questions where deleted_at is null",
        "create view solved as select l.id, l.embedding, s.solution from live l join solutions s on s.question_id = l.id",
        "grant select on solved to " + reader.name(),
        "comment on view solved is 'those with a solution'",
        "create materialized view kept as select id, embedding from solved",
        "create unique index kept_id on kept (id)",
        "create index kept_embedding on kept using hnsw (embedding vector_cosine_ops)",
        "create index unembedded on questions (owner) where embedding is null",
        "alter table questions add constraint long_enough check (embedding is null or vector_norm(embedding) > 0)",
        "alter table questions enable row level security",
        "create policy embedded on questions using (embedding is not null or owner = current_user)",
        "create table audit (id bigint, at timestamptz default now())",
        "create function note() returns trigger language plpgsql as 'begin insert into audit values (new.id); return null; end'",
        "create trigger noted after update of embedding on questions for each row when (new.embedding is null) execute function note()",
        "create function nearest_to(which bigint) returns bigint language sql stable begin atomic"
            + " select q.id from questions q where q.id <> which order by q.embedding <=> (select embedding from questions o where o.id = which) limit 1; end",
        "create function touch() returns trigger language plpgsql as 'begin update questions set owner = owner where id = new.id; return new; end'",
        "create trigger touched instead of update on live for each row execute function touch()");
  }

  @Test
  void whatever_depends_on_the_column_follows_it_there_and_back() {
    dependants();
    applied();
    String before = shape();
    MigrationPlan plan = plan();
    assertThat(plan.stops()).isEmpty();
    assertThat(plan.findings().stream().map(Finding::sentence))
        .contains(
            "The view solved gets a twin over the new column, which takes its name at the cutover.",
            "The policy embedded on questions is altered in the cutover to read the new column.",
            "The function nearest_to(bigint) is bound to the new column in the cutover, by its own text.")
        .anyMatch(
            s ->
                s.startsWith("The cutover runs: alter table")
                    && s.contains("alter policy embedded on public.questions using"));
    cutOver();
    String after = shape();
    assertThat(
            after
                .replace("embedding vector(12)", "embedding vector(8)")
                .lines()
                .filter(line -> !line.contains("__")))
        .containsAll(before.lines().toList());
    assertThat(test.column("select distinct vector_dims(embedding) from solved"))
        .containsExactly("12");
    assertThat(test.column("select distinct vector_dims(embedding) from kept"))
        .containsExactly("12");
    assertThat(test.number("select count(*) from kept")).isEqualTo(20);
    assertThat(
            test.column(
                "select a.attname from pg_policy p join pg_depend d on d.objid = p.oid and d.classid = 'pg_policy'::regclass"
                    + " join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid"
                    + " where p.polname = 'embedded' and a.attname like 'emb%'"))
        .containsOnly("embedding");
    test.sql("truncate audit", "update questions set embedding = null where id = 9");
    assertThat(test.column("select id from audit")).containsExactly("9");
    spaces.drain();
    test.sql(
        "refresh materialized view concurrently kept", "update live set body = 'x' where id = 1");
    String mine =
        test.column("select nearest_to(1)").get(0)
            + test.column(
                "select q.id from questions q where q.id <> 1 order by q.embedding <=> (select embedding from questions where id = 1) limit 1");
    assertThat(mine).matches("(\\d+)\\[\\1\\]");
    migrator.rollback("questions", MigrationOptions.DEFAULT, false);
    assertThat(shape().lines().filter(line -> !line.contains("__")))
        .containsExactlyElementsOf(before.lines().toList());
    migrator.cutover("questions", MigrationOptions.DEFAULT, false);
    retire();
    assertThat(shape().replace("embedding vector(12)", "embedding vector(8)")).isEqualTo(before);
  }

  private void function(String language, String options, String body) {
    test.sql(
        "create or replace function match_questions_with_solutions(query_embedding vector, threshold double precision, count int)"
            + " returns table (id bigint, solution text, similarity double precision) language "
            + language
            + " stable "
            + options
            + " "
            + body);
  }

  private static final String SEARCH =
      " select q.id, s.solution, 1 - (q.embedding <=> query_embedding) from questions q left join solutions s on s.question_id = q.id"
          + " where q.deleted_at is null and 1 - (q.embedding <=> query_embedding) >= threshold"
          + " order by q.embedding <=> query_embedding limit count";

  private void assertAnswersBoth() {
    for (ScriptedProvider provider : List.of(old, other)) {
      assertThat(
              test.column(
                  "select id || solution from match_questions_with_solutions("
                      + vectorOf(provider, "body 7")
                      + ", 0.9, 1)"))
          .containsExactly("7solution 7");
    }
  }

  @Test
  void a_function_that_searches_answers_for_both_models_from_the_index_on_until_retirement() {
    List<List<String>> forms =
        List.of(
            List.of("plpgsql", "", "as $$ begin return query" + SEARCH + "; end $$"),
            List.of(
                "plpgsql",
                "security definer set search_path = ''",
                "as $$ begin return query"
                    + SEARCH
                        .replace("from questions", "from public.questions")
                        .replace("join solutions", "join public.solutions")
                        .replace("<=>", "operator(public.<=>)")
                    + "; end $$"),
            List.of("sql", "parallel safe", "as $$" + SEARCH + "$$"),
            List.of("sql", "", "begin atomic" + SEARCH + "; end"));
    applied();
    for (List<String> form : forms) {
      function(form.get(0), form.get(1), form.get(2));
      String before = shape();
      migrator.run("questions", "new", MigrationOptions.DEFAULT, MigrationState.READY);
      assertAnswersBoth();
      migrator.cutover("questions", MigrationOptions.DEFAULT, false);
      assertAnswersBoth();
      migrator.rollback("questions", MigrationOptions.DEFAULT, false);
      assertAnswersBoth();
      migrator.abort("questions", MigrationOptions.DEFAULT, false);
      assertThat(shape()).isEqualTo(before);
      assertThat(
              test.column(
                  "select id from match_questions_with_solutions("
                      + vectorOf(old, "body 7")
                      + ", 0.9, 1)"))
          .containsExactly("7");
    }
  }

  @Test
  void a_function_that_cannot_answer_for_both_stops_the_migration_before_anything_is_exchanged() {
    function(
        "plpgsql",
        "",
        "as $$ declare mine vector(8) := query_embedding; begin return query"
            + SEARCH
            + "; end $$");
    applied();
    assertThatThrownBy(this::cutOver)
        .hasMessageContaining("match_questions_with_solutions")
        .hasMessageContaining("cannot answer for both models");
    assertColumn("embedding", old);
    migrator.run(
        "questions", "new", MigrationOptions.DEFAULT.withSearchesNamed(), MigrationState.CUT_OVER);
    assertColumn("embedding", other);
  }

  @Test
  void a_function_of_the_users_that_has_a_copys_name_stays() {
    function("sql", "", "as $$" + SEARCH + "$$");
    test.sql(
        "create function match_questions_with_solutions__new(v vector, t float8, c int) returns int language sql as 'select 42'");
    applied();
    assertThatThrownBy(this::cutOver)
        .hasMessageContaining(
            "there is already a function named public.match_questions_with_solutions__new");
    assertThat(test.column("select match_questions_with_solutions__new(null, 0, 0)"))
        .containsExactly("42");
    assertThat(test.number("select count(*) from pg_proc where proname like 'match%\\_\\_old'"))
        .isZero();
  }

  @Test
  void what_cannot_follow_stops_the_plan() {
    List<List<String>> cases =
        List.of(
            List.of(
                "create view sized as select embedding <=> '[1,1,1,1,1,1,1,1]' as e from questions",
                "drop view sized",
                "holds the dimension or a vector of the old model"),
            List.of(
                "alter table questions add column norm float8 generated always as (vector_norm(embedding)) stored",
                "alter table questions drop column norm",
                "cannot follow to another column"),
            List.of(
                "alter table questions alter column embedding set default '[1,1,1,1,1,1,1,1]'",
                "alter table questions alter column embedding drop default",
                "cannot follow to another column"),
            List.of(
                "alter table questions add column embedding__other int",
                "alter table questions drop column embedding__other",
                "has a column embedding__other already"),
            List.of(
                "alter table questions add constraint eight check (vector_dims(embedding) = 8)",
                "alter table questions drop constraint eight",
                "holds the dimension or a vector of the old model"),
            List.of(
                "create view live as select embedding from questions; create function of_live() returns setof live language sql as 'select * from live'",
                "drop view live cascade",
                "cannot follow to another column"));
    applied();
    for (List<String> one : cases) {
      test.sql(one.get(0));
      assertThat(plan().stops()).as(one.get(0)).anyMatch(f -> f.sentence().contains(one.get(2)));
      assertThatThrownBy(this::cutOver).hasMessageContaining(one.get(2));
      test.sql(one.get(1));
    }
    assertThat(new Catalog(test.database().jdbi()).liveCollections()).hasSize(1);
    assertThat(plan().stops()).isEmpty();
  }

  @Test
  void a_view_made_or_changed_after_the_twins_follows_too() {
    applied();
    test.sql("create view live as select id, embedding from questions");
    migrator.run("questions", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    test.sql(
        "create or replace view live as select id, embedding, body from questions",
        "create view more as select * from live",
        "create index partial on questions (owner) where embedding is not null");
    migrator.cutover("questions", MigrationOptions.DEFAULT, false);
    assertThat(test.column("select vector_dims(embedding) || body from more where id = 8"))
        .containsExactly("12body 8");
    test.sql("drop view more");
    migrator.rollback("questions", MigrationOptions.DEFAULT, false);
    assertThat(test.column("select vector_dims(embedding) || body from live where id = 8"))
        .containsExactly("8body 8");
    assertThat(test.column("select relname from pg_class where relname like 'more%'")).isEmpty();
  }

  @Test
  void who_writes_vectors_itself_is_found_and_holds_the_cutover_up() {
    applied();
    test.sql(
        "create function fill() returns trigger language plpgsql as 'begin new.embedding := null; return new; end'",
        "update questions set embedding = '[1,2,3,4,5,6,7,8]' where id = 3");
    spaces.drain();
    assertThat(plan().findings().stream().map(Finding::sentence))
        .anyMatch(s -> s.contains("the application wrote the vectors of 1 rows by itself"))
        .anyMatch(s -> s.contains("the function fill() seems to write it"));
    assertThatThrownBy(this::cutOver)
        .hasMessageContaining("Something else writes vectors into the column embedding");
    migrator.cutover("questions", MigrationOptions.DEFAULT.withWritersReady(), false);
    assertColumn("embedding", other);
    assertThat(test.column("select embedding__other from questions where id = 3"))
        .containsExactly("[1,2,3,4,5,6,7,8]");
  }

  @Test
  void a_role_that_owns_what_is_there_is_enough_also_with_odd_names_in_another_schema()
      throws Exception {
    TestRole keeper = TestRole.create(test, "nosuperuser nocreatedb nocreaterole");
    roles.add(keeper);
    String name = test.column("select current_database()").get(0);
    test.sql(
        "drop schema vectorkeeper cascade",
        "grant create, temporary on database " + name + " to " + keeper.name(),
        "create schema \"My Shop\" authorization " + keeper.name());
    keeper.sql(
        "create table \"My Shop\".\"Odd Items\" (\"Id\" bigint primary key, body text, \"Vec Tor\" vector(8))",
        "insert into \"My Shop\".\"Odd Items\" (\"Id\", body) select g, 'body ' || g from generate_series(1, 20) g",
        "create view \"My Shop\".\"Odd View\" as select \"Id\", \"Vec Tor\" from \"My Shop\".\"Odd Items\"",
        "create index \"Odd Index\" on \"My Shop\".\"Odd Items\" (body) where \"Vec Tor\" is null",
        "create function \"My Shop\".\"Find It\"(\"Vec Tor\" public.vector, wanted int default 1) returns setof bigint language sql stable as"
            + " 'select i.\"Id\" from \"My Shop\".\"Odd Items\" i order by i.\"Vec Tor\" operator(public.<=>) $1 limit wanted'");
    String sources =
        """
          odd:
            {table: '"My Shop"."Odd Items"', text: body, collections: [old], placement: {column: "Vec Tor", key: {}}}
        """
            .replace(", key: {}", "");
    TwoSpaces own = new TwoSpaces(keeper.database(), old, other);
    own.apply(sources);
    own.drain();
    Migrator moving = own.migrator(sources, MigrationListener.NONE);
    moving.run("odd", "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
    String found = "select \"My Shop\".\"Find It\"(%s, 1)";
    assertThat(keeper.column(found.formatted(vectorOf(old, "body 7")))).containsExactly("7");
    assertThat(keeper.column(found.formatted(vectorOf(other, "body 7")))).containsExactly("7");
    assertThat(
            keeper.column("select distinct vector_dims(\"Vec Tor\") from \"My Shop\".\"Odd View\""))
        .containsExactly("12");
    moving.rollback("odd", MigrationOptions.DEFAULT, false);
    moving.cutover("odd", MigrationOptions.DEFAULT, false);
    moving.retire(
        "odd",
        MigrationOptions.DEFAULT.withRetirement(Duration.ZERO, Duration.ZERO, Optional.empty()),
        false);
    assertThat(
            test.column(
                "select relname from pg_class where relnamespace = '\"My Shop\"'::regnamespace and relname like '%\\_\\_%'"))
        .isEmpty();
    assertThat(keeper.column(found.formatted(vectorOf(other, "body 7")))).containsExactly("7");
  }

  @Test
  void rights_follow_also_where_no_view_does_and_twins_get_none_by_default() throws Exception {
    TestRole reader = TestRole.create(test, "");
    TestRole nobody = TestRole.create(test, "");
    roles.add(reader);
    roles.add(nobody);
    test.sql(
        "grant select (id, embedding) on questions to " + reader.name(),
        "alter table questions alter column embedding set storage plain");
    applied();
    migrator.run("questions", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    test.sql(
        "alter default privileges in schema public grant select on tables to " + nobody.name(),
        "alter default privileges in schema public grant execute on functions to " + nobody.name(),
        "create view live as select id, embedding from questions",
        "revoke all on live from " + nobody.name());
    function("sql", "security definer set search_path = public", "as $$" + SEARCH + "$$");
    test.sql("revoke all on function match_questions_with_solutions from public, " + nobody.name());
    migrator.cutover("questions", MigrationOptions.DEFAULT, false);
    assertThat(reader.column("select distinct vector_dims(embedding) from questions"))
        .containsExactly("12");
    assertThat(
            test.column(
                "select c.relname from pg_class c, aclexplode(c.relacl) a where c.relname like 'live%%' and a.grantee = '%s'::regrole"
                    .formatted(nobody.name())))
        .isEmpty();
    assertThat(
            test.column(
                "select p.proname from pg_proc p where p.proname like 'match_questions_with%%' and has_function_privilege('%s', p.oid, 'execute')"
                    .formatted(nobody.name())))
        .isEmpty();
    assertThat(
            test.column(
                "select attstorage from pg_attribute where attrelid = 'questions'::regclass and attname = 'embedding'"))
        .containsExactly("p");
  }

  @Test
  void the_users_own_form_of_index_stays_and_a_twin_that_was_dropped_holds_nothing_up() {
    test.sql(
        "drop index idx_questions_embedding",
        "create index idx_questions_embedding on questions using hnsw (embedding vector_cosine_ops) with (m = 7)",
        "create index unembedded on questions (owner) where embedding is null");
    applied();
    cutOver();
    assertThat(
            test.column(
                "select indexdef from pg_indexes where indexname = 'idx_questions_embedding'"))
        .singleElement()
        .asString()
        .contains("hnsw (embedding vector_cosine_ops) WITH (m='7')");
    test.sql("drop index unembedded__other", "drop index idx_questions_embedding__other");
    migrator.rollback("questions", MigrationOptions.DEFAULT, false);
    assertThat(test.column("select indexdef from pg_indexes where indexname = 'unembedded'"))
        .singleElement()
        .asString()
        .contains("(embedding IS NULL)");
    test.sql("drop index unembedded");
    migrator.cutover("questions", MigrationOptions.DEFAULT, false);
    retire();
    assertThat(test.number("select count(*) from pg_class where relname like 'unembedded%'"))
        .isZero();
  }

  @Test
  void a_function_is_given_back_as_it_was_wherever_pgvector_is_and_its_literals_are_left_alone()
      throws Exception {
    test.close();
    test = TestDatabase.bare();
    test.sql(
        "create schema extensions",
        "create extension vector schema extensions",
        "create table questions (id bigint primary key, body text, owner text, deleted_at timestamptz, embedding extensions.vector(8))",
        "create table solutions (question_id bigint primary key, solution text)",
        "insert into questions (id, body, owner) select g, 'body ' || g, 'questions' from generate_series(1, "
            + ROWS
            + ") g",
        "create function match_questions_with_solutions(query_embedding extensions.vector, threshold float8, count int)"
            + " returns table (id bigint, solution text, similarity float8) language sql stable as $$ "
            + SEARCH
                .replace("<=>", "operator(extensions.<=>)")
                .replace("where ", "where q.owner = 'questions' and ")
            + " $$");
    String before =
        test.column("select pg_get_functiondef('match_questions_with_solutions'::regproc)").get(0);
    spaces = new TwoSpaces(test, old, other);
    applied();
    cutOver();
    for (ScriptedProvider provider : List.of(old, other)) {
      assertThat(
              test.column(
                  "select id from match_questions_with_solutions("
                      + vectorOf(provider, "body 7").replace("::vector", "::extensions.vector")
                      + ", 0.9, 1)"))
          .containsExactly("7");
    }
    test.sql("alter function match_questions_with_solutions rename to match_them");
    retire();
    assertThat(test.column("select pg_get_functiondef('match_them'::regproc)"))
        .containsExactly(before.replace("match_questions_with_solutions", "match_them"));
    assertThat(
            test.column(
                "select proname from pg_proc where proname like 'match\\_questions\\_with%'"))
        .isEmpty();
  }

  @Test
  void the_column_can_be_left_for_a_table() {
    applied();
    assertThat(plan().swaps()).isTrue();
    MigrationOptions table = MigrationOptions.DEFAULT.withTable();
    assertThat(migrator.plan("questions", "new", table).swaps()).isFalse();
    migrator.run("questions", "new", table, MigrationState.CUT_OVER);
    assertColumn("embedding", old);
    assertThat(test.number("select count(*) from questions_new_vectors")).isEqualTo(ROWS);
  }
}
