package dev.vectorkeeper.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.KeyColumn;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition.Changes;
import dev.vectorkeeper.source.SourceDefinition.ChunkingDefinition;
import dev.vectorkeeper.source.SourceDefinition.Sync;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The profiles, sources and collections that the catalog holds. */
public final class Catalog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String PRESENT = "select to_regclass('vectorkeeper.collection') is not null";

  private static final String VERSION =
      "select coalesce(max(version::integer), 0) from vectorkeeper.flyway_history where success and version is not null";

  private static final String PROFILES =
      """
      select profile_id, name, provider, model, dimensions, task, shape::text as shape, paused_why
      from vectorkeeper.profile order by profile_id
      """;

  private static final String SOURCES =
      """
      select source_id, name, table_schema, table_name, relation::bigint as relation, sync,
             key_columns::text as key_columns, definition->'chunking' as chunking,
             definition->'changes' as changes, all_view, active_view, match_function
      from vectorkeeper.source order by source_id
      """;

  private static final String COLLECTIONS =
      """
      select c.collection_id, c.source_id, c.profile_id, c.table_schema, c.table_name, c.vector_column, c.state,
             c.index_definition::text as index_definition, e.collection_id is not null as active
      from vectorkeeper.collection c
      left join vectorkeeper.embedding_settings e
        on e.source_id = c.source_id and e.collection_id = c.collection_id
      order by c.collection_id
      """;

  private static final String PAUSE =
      """
      update vectorkeeper.profile set paused_code = :code, paused_why = :why, paused_at = now()
      where profile_id = :profile and paused_at is null
      """;

  /** Not each time, because workers try again often. */
  private static final String NOTE =
      """
      update vectorkeeper.profile set trouble_code = :code, trouble_why = :why, trouble_at = clock_timestamp()
      where profile_id = :profile
        and (trouble_code is distinct from :code or trouble_at < clock_timestamp() - interval '5 seconds')
      """;

  private static final String RESUME =
      """
      update vectorkeeper.profile set paused_code = null, paused_why = null, paused_at = null
      where name = :profile and paused_at is not null
      """;

  private final Jdbi jdbi;

  public Catalog(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Whether the database has a catalog at all. */
  public boolean isPresent() {
    return jdbi.withHandle(handle -> handle.createQuery(PRESENT).mapTo(Boolean.class).one());
  }

  /**
   * Fails unless there is a catalog of this program's version.
   *
   * @throws VectorkeeperException VK-D06 where there is none, VK-D05 where it is older or newer
   */
  public void requirePresent() {
    if (!isPresent()) {
      throw new VectorkeeperException(
          "VK-D06",
          "Nothing has been applied to this database yet. Run \"vectorkeeper apply\" first.");
    }
    int version = jdbi.withHandle(handle -> handle.createQuery(VERSION).mapTo(Integer.class).one());
    if (version != CatalogSchema.VERSION) {
      throw new VectorkeeperException(
          "VK-D05",
          version < CatalogSchema.VERSION
              ? "The catalog in this database is of an older version of Vectorkeeper. Run \"vectorkeeper apply\" to bring it up to date."
              : "The catalog in this database was made by a newer version of Vectorkeeper. Use that, or a newer one.");
    }
  }

  public List<Profile> profiles() {
    return jdbi.withHandle(Catalog::profiles);
  }

  private static List<Profile> profiles(Handle handle) {
    return handle.createQuery(PROFILES).map((row, context) -> profile(row)).list();
  }

  private static Profile profile(ResultSet row) throws SQLException {
    Space space =
        new Space(
            row.getString("provider"),
            row.getString("model"),
            row.getInt("dimensions"),
            row.getString("task"),
            read(row.getString("shape"), new TypeReference<Map<String, String>>() {}));
    return new Profile(
        row.getInt("profile_id"),
        row.getString("name"),
        space,
        Optional.ofNullable(row.getString("paused_why")));
  }

  public List<Source> sources() {
    return jdbi.withHandle(Catalog::sources);
  }

  private static List<Source> sources(Handle handle) {
    return handle.createQuery(SOURCES).map((row, context) -> source(row)).list();
  }

  private static Source source(ResultSet row) throws SQLException {
    List<KeyColumn> columns =
        read(row.getString("key_columns"), new TypeReference<List<KeyColumn>>() {});
    String chunking = row.getString("chunking");
    return new Source(
        row.getInt("source_id"),
        row.getString("name"),
        new SqlName(row.getString("table_schema"), row.getString("table_name")),
        row.getLong("relation"),
        new RowKeys(columns),
        Sync.valueOf(row.getString("sync").toUpperCase(Locale.ROOT)),
        chunking == null || chunking.equals("null")
            ? Optional.empty()
            : Optional.of(read(chunking, new TypeReference<ChunkingDefinition>() {})),
        List.of(name(row, "all_view"), name(row, "active_view")),
        row.getArray("match_function") == null
            ? Optional.empty()
            : Optional.of(name(row, "match_function")),
        changes(row.getString("changes")));
  }

  /** As {@code apply} writes them; none in a catalog of before there were any. */
  private record StoredChanges(
      Map<String, String> triggers, List<String> queue, Map<String, String> queueKeys) {}

  private static Changes changes(@Nullable String json) {
    if (json == null) {
      return Changes.NONE;
    }
    StoredChanges stored = read(json, new TypeReference<StoredChanges>() {});
    return new Changes(
        stored.triggers(),
        stored.queue().isEmpty()
            ? Optional.empty()
            : Optional.of(new SqlName(stored.queue().get(0), stored.queue().get(1))),
        stored.queueKeys());
  }

  private static SqlName name(ResultSet row, String column) throws SQLException {
    String[] parts = (String[]) row.getArray(column).getArray();
    return new SqlName(parts[0], parts[1]);
  }

  /**
   * The source of a name.
   *
   * @throws VectorkeeperException VK-S01 when there is none
   */
  public Source source(String name) {
    List<Source> all = sources();
    return all.stream()
        .filter(source -> source.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-S01",
                    "There is no source \"%s\" in the catalog%s"
                        .formatted(
                            name,
                            all.isEmpty()
                                ? ": nothing has been applied yet. Run \"vectorkeeper apply\" first."
                                : "; it has "
                                    + String.join(", ", all.stream().map(Source::name).toList())
                                    + ".")));
  }

  /** Every collection that is kept in step: all but the retired ones. */
  public List<Collection> liveCollections() {
    return collections().stream()
        .filter(collection -> collection.state() != Collection.State.RETIRED)
        .toList();
  }

  public List<Collection> collections() {
    return jdbi.withHandle(Catalog::collections);
  }

  /** Every collection as the handle's transaction sees it. */
  public static List<Collection> collections(Handle handle) {
    Map<Integer, Source> sources =
        sources(handle).stream().collect(Collectors.toMap(Source::id, source -> source));
    Map<Integer, Profile> profiles =
        profiles(handle).stream().collect(Collectors.toMap(Profile::id, profile -> profile));
    return handle
        .createQuery(COLLECTIONS)
        .map((row, context) -> collection(row, sources, profiles))
        .list();
  }

  private static Collection collection(
      ResultSet row, Map<Integer, Source> sources, Map<Integer, Profile> profiles)
      throws SQLException {
    return new Collection(
        row.getInt("collection_id"),
        Objects.requireNonNull(sources.get(row.getInt("source_id"))),
        Objects.requireNonNull(profiles.get(row.getInt("profile_id"))),
        new SqlName(row.getString("table_schema"), row.getString("table_name")),
        Optional.ofNullable(row.getString("vector_column")),
        read(row.getString("index_definition"), new TypeReference<IndexDefinition>() {}),
        Collection.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getBoolean("active"));
  }

  /** The live collections of one source. */
  public List<Collection> liveCollections(Source source) {
    return liveCollections().stream()
        .filter(collection -> collection.source().id() == source.id())
        .toList();
  }

  /** Records that a collection's backfill and index are complete. */
  public void setReady(Collection collection) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "update vectorkeeper.collection set state = 'ready' where collection_id = :id and state = 'building'")
                .bind("id", collection.id())
                .execute());
  }

  /** Stops embedding under a profile until it is resumed. */
  public void pause(Profile profile, String code, String why) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(PAUSE)
                .bind("code", code)
                .bind("why", why)
                .bind("profile", profile.id())
                .execute());
  }

  /** Notes what kept a profile's provider from answering. */
  public void note(Profile profile, String code, String why) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(NOTE)
                .bind("code", code)
                .bind("why", why)
                .bind("profile", profile.id())
                .execute());
  }

  /**
   * Stops embedding under a profile because somebody asked for it; whether it was not paused
   * before.
   *
   * @throws VectorkeeperException VK-C04 when the catalog has no such profile
   */
  public boolean pause(String profile) {
    Profile known = profile(profile);
    boolean running = known.paused().isEmpty();
    pause(known, "VK-P00", "Somebody asked for it.");
    return running;
  }

  /**
   * The profile of a name.
   *
   * @throws VectorkeeperException VK-C04 when the catalog has no such profile
   */
  public Profile profile(String name) {
    List<Profile> all = profiles();
    return all.stream()
        .filter(known -> known.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-C04",
                    "There is no profile \"%s\" in the catalog; it has %s."
                        .formatted(
                            name, String.join(", ", all.stream().map(Profile::name).toList()))));
  }

  /**
   * Lifts the pause of a profile; whether it was paused.
   *
   * @throws VectorkeeperException VK-C04 when the catalog has no such profile
   */
  public boolean resume(String profile) {
    profile(profile);
    return jdbi.withHandle(
        handle -> handle.createUpdate(RESUME).bind("profile", profile).execute() > 0);
  }

  private static <T> T read(String json, TypeReference<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "the catalog holds a value that is not understood: " + json, e);
    }
  }
}
