package dev.vectorkeeper.store;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceTable;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * The function {@code match_<source>}: the nearest keys to a vector, each with its best chunk, in
 * the collection that the vector belongs to. It runs with its caller's rights. Its text changes
 * only when collections come and go.
 *
 * <p>The query is put together and planned at each call, because a plan for any limit would not use
 * the vector index. {@code hnsw.ef_search} and the iterative scan are set for the query alone.
 */
public final class MatchFunction {
  /** What a comment on an object of Vectorkeeper's begins with. */
  public static final String MARK = "Vectorkeeper: ";

  /** The names of its parameters and of its columns beside the key's. */
  private static final Set<String> TAKEN =
      Set.of(
          "query_embedding",
          "match_threshold",
          "match_count",
          "collection",
          "filter",
          "chunk",
          "similarity",
          "profile");

  /** Where the function's text is broken for what is known at a call only. */
  private static final String CONDITIONS = "\u0001";

  private static final String FETCHED = "\u0002";

  private static final String CREATE =
      """
      create or replace function {function}(
        query_embedding {vector}, match_threshold double precision default null, match_count integer default 10,
        collection text default null, filter jsonb default null)
      returns table ({keys}, chunk integer, similarity double precision, profile text)
      language plpgsql stable set search_path = pg_catalog, pg_temp as $match$
      declare
        dims integer := {vectors}.vector_dims(query_embedding);
        asked text := $4;
        unknown text;
        wanted integer := least(greatest(coalesce(match_count, 10), 0), 10000);
        fetched integer := {fetched};
        chosen record;
        same integer;
        lists integer;
        conditions text := '';
        query text;
        ef text := current_setting('hnsw.ef_search', true);
        probes text := current_setting('ivfflat.probes', true);
        scan text := current_setting('hnsw.iterative_scan', true);
        ivf_scan text := current_setting('ivfflat.iterative_scan', true);
      begin
        if query_embedding is null then
          raise exception using errcode = 'VKQ02', message = 'VK-Q02 The query vector of {name} is null.';
        end if;
        if asked is null then
          select count(*), max(v.id) into same from (values {spaces}) v(id, profile, dimensions) where v.dimensions = dims;
          if same > 1 then
            raise exception using errcode = 'VKQ04',
              message = format('VK-Q04 Several collections of {name} have vectors of %s dimensions: {profiles}.', dims),
              hint = 'Name the one whose model made the query vector, as in {name}(…, collection => ''{first}'').';
          end if;
        end if;
        select v.* into chosen from (values {spaces}) v(id, profile, dimensions)
        where case when asked is null
          then v.id = (select a.collection_id from {active} a where a.source = {sourceName})
          else v.profile = asked end;
        if chosen.id is null then
          if asked is null then
            raise exception using errcode = 'VKQ01', message = 'VK-Q01 No collection of {name} is active.';
          end if;
          raise exception using errcode = 'VKQ05',
            message = format('VK-Q05 {name} knows no collection %s; it knows {profiles}.', asked);
        end if;
        if chosen.dimensions <> dims then
          raise exception using errcode = 'VKQ03',
            message = format('VK-Q03 The query vector has %s dimensions and those of the collection %s have %s.',
              dims, chosen.profile, chosen.dimensions),
            hint = 'Name the collection whose model made the query vector: {profiles}.';
        end if;
        if filter is not null and filter <> jsonb_build_object() then
          select f.key into unknown from jsonb_each(filter) f
          where not exists (select from pg_attribute a
            where a.attrelid = {relation} and a.attname = f.key and a.attnum > 0 and not a.attisdropped);
          if unknown is not null then
            raise exception using errcode = 'VKQ06',
              message = format('VK-Q06 The filter names %s, which is no column of %s.', unknown, {relation}::regclass);
          end if;
          select coalesce(string_agg(' and ' || case
              when jsonb_typeof(f.value) = 'null' then format('s.%I is null', f.key)
              when jsonb_typeof(f.value) = 'array' and t.typcategory <> 'A' and t.typname not in ('json', 'jsonb') then
                format('s.%1$I = any (array(select (jsonb_populate_record(null::%2$s, jsonb_build_object(%1$L, e.value))).%1$I'
                  ' from jsonb_array_elements($2->%1$L) e))', f.key, {relation}::regclass)
              else format('s.%1$I = (select (jsonb_populate_record(null::%2$s, $2)).%1$I)', f.key, {relation}::regclass) end,
              ''), '')
          into conditions
          from jsonb_each(filter) f
          join pg_attribute a on a.attrelid = {relation} and a.attname = f.key and a.attnum > 0 and not a.attisdropped
          join pg_type t on t.oid = a.atttypid;
          conditions := format(' join %s s on {sameRow}', {relation}::regclass) || ' where true' || conditions;
        end if;
        fetched := least(10000, fetched * case chosen.id {overfetch} end);
        lists := case chosen.id {lists} end;
        query := case chosen.id {queries} end;
        if ef is not null and ef::integer < least(1000, fetched * 2) then
          perform set_config('hnsw.ef_search', least(1000, fetched * 2)::text, true);
        end if;
        if probes is not null and probes::integer < ceil(sqrt(lists)) then
          perform set_config('ivfflat.probes', ceil(sqrt(lists))::integer::text, true);
        end if;
        if scan is not null then
          perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
          perform set_config('ivfflat.iterative_scan', 'relaxed_order', true);
        end if;
        return query execute query using query_embedding, filter, match_threshold, wanted;
        if ef is not null then
          perform set_config('hnsw.ef_search', ef, true);
        end if;
        if probes is not null then
          perform set_config('ivfflat.probes', probes, true);
        end if;
        if scan is not null then
          perform set_config('hnsw.iterative_scan', scan, true);
          perform set_config('ivfflat.iterative_scan', ivf_scan, true);
        end if;
      end $match$
      """;

  /** The inner query is the plain one that the index serves; a relaxed scan is sorted after it. */
  private static final String NEAREST =
      """
      select {out}, m.chunk, m.similarity, {profile}::text from (
        {best}select {keys}, {chunk} as chunk, ({similarity})::double precision as similarity
        from (select {inner} from {table} c{conditions}
          order by {indexed} {nearness} {query} limit {fetched}) n
        {bestOrder}) m
      where $3 is null or m.similarity >= $3
      order by m.similarity desc, {out} limit $4
      """;

  private final Source source;
  private final Server server;
  private final RowKeys keys;

  public MatchFunction(Source source, Server server) {
    this.source = source;
    this.server = server;
    this.keys = source.keys();
  }

  /** Fails with VK-S10 where a key column has a name that the function needs itself. */
  public static void requirePossible(String source, RowKeys keys) {
    keys.columns().stream()
        .map(column -> column.target())
        .filter(TAKEN::contains)
        .findFirst()
        .ifPresent(
            name -> {
              throw new VectorkeeperException(
                  "VK-S10",
                  "The key column %s of the source %s cannot be called so in the views and the match function. Give it another name there: placement: {key: {%s: %s_key}}."
                      .formatted(name, source, name, name));
            });
  }

  /**
   * Makes the function anew over these collections.
   *
   * @param active the view that says which collection is active
   */
  public void create(Handle handle, SourceTable table, SqlName active, List<Collection> live) {
    SqlName function = source.matchFunction().orElseThrow();
    boolean chunked = source.chunking().isPresent();
    String profiles = live.stream().map(c -> c.profile().name()).collect(Collectors.joining(", "));
    Ddl.run(
        handle,
        SqlText.of(CREATE)
            .with("function", function)
            .with("vector", server.vectorType())
            .with("vectors", vectors())
            .with(
                "keys",
                keys.join(
                    ", ",
                    i ->
                        SqlName.quote(keys.columns().get(i - 1).target())
                            + " "
                            + keys.columns().get(i - 1).type()))
            .with("fetched", chunked ? "least(wanted * 4 + 16, 10000)" : "wanted")
            .with("name", inLiteral(function.name()))
            .with(
                "spaces", live.stream().map(MatchFunction::space).collect(Collectors.joining(", ")))
            .with("profiles", inLiteral(profiles))
            .with("first", inLiteral(live.get(0).profile().name()))
            .with("active", active)
            .with("sourceName", SqlName.literal(source.name()))
            .with("relation", Long.toString(table.relation()))
            .with("sameRow", sameRow())
            .with("overfetch", each(live, this::overfetch))
            .with("lists", each(live, MatchFunction::lists))
            .with("queries", each(live, this::query))
            .sql());
    Ddl.run(
        handle,
        "comment on function "
            + function.sql()
            + " is "
            + SqlName.literal(MARK + "the nearest rows of " + source.name() + " to a vector"));
  }

  private String vectors() {
    return SqlName.quote(server.vectorSchema().orElseThrow());
  }

  /** Text that stands inside a literal which also goes through {@code format}. */
  private static String inLiteral(String text) {
    return text.replace("'", "''").replace("%", "%%");
  }

  private static String space(Collection collection) {
    return "(%d, %s, %d)"
        .formatted(
            collection.id(),
            SqlName.literal(collection.profile().name()) + "::text",
            collection.profile().space().dimensions());
  }

  /** The source's row of a collection's row, as a piece of a format. */
  private String sameRow() {
    return keys.join(
            " and ",
            i ->
                "s."
                    + SqlName.quote(keys.columns().get(i - 1).name())
                    + " = c."
                    + SqlName.quote(keys.columns().get(i - 1).target()))
        .replace("'", "''")
        .replace("%", "%%");
  }

  private static String each(List<Collection> live, Function<Collection, String> value) {
    return live.stream()
        .map(collection -> "when " + collection.id() + " then " + value.apply(collection))
        .collect(Collectors.joining(" "));
  }

  private String overfetch(Collection collection) {
    return Integer.toString(plan(collection).overfetch());
  }

  private IndexPlan plan(Collection collection) {
    return IndexPlan.of(collection.index(), collection.profile().space().dimensions(), server);
  }

  /** Lists of an IVFFlat index whose number is declared; 0 of any other. */
  private static String lists(Collection collection) {
    return Integer.toString(collection.index().parameters().getOrDefault("lists", 0));
  }

  private String query(Collection collection) {
    boolean chunked = source.chunking().isPresent();
    var distance = collection.index().distance();
    IndexPlan plan = plan(collection);
    String away = "n.embedding operator(" + vectors() + "." + distance.operator() + ") $1";
    String text =
        SqlText.of(NEAREST)
            .with("out", keys.targets("m"))
            .with("profile", SqlName.literal(collection.profile().name()))
            .with(
                "best", chunked ? "select distinct on (" + keys.targets("n") + ") n.* from (" : "")
            .with("keys", keys.targets("n"))
            .with("chunk", chunked ? "n.chunk" : "0")
            .with(
                "similarity",
                switch (distance) {
                  case COSINE -> "1 - (" + away + ")";
                  case L2, INNER_PRODUCT -> "-(" + away + ")";
                })
            .with("inner", keys.targets("c") + (chunked ? ", c.chunk" : "") + ", c.embedding")
            .with("table", collection.table())
            .with("indexed", plan.expression())
            .with("nearness", plan.operator())
            .with("query", plan.query())
            .with("conditions", CONDITIONS)
            .with("fetched", FETCHED)
            .with(
                "bestOrder",
                chunked ? ") n order by " + keys.targets("n") + ", n.similarity desc" : "")
            .sql();
    return SqlName.literal(text)
        .replace(CONDITIONS, "' || conditions || '")
        .replace(FETCHED, "' || fetched || '");
  }
}
