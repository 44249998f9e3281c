package dev.vectorkeeper.activation;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What stands beside the user's tables for switching in plain SQL: the views {@code
 * embedding_settings} and {@code active_embedding_profile} and the function {@code
 * set_active_embedding_profile}. Each does what the catalog's own does.
 */
public final class ActivationObjects {
  private static final String MARK = "Vectorkeeper: ";

  private static final String CREATE_SETTINGS =
      """
      create or replace view {name} as
      select id, source, profile, provider, model, dimensions, task, updated_at from vectorkeeper.active_profile
      """;

  private static final String CREATE_TRIGGER =
      """
      create or replace trigger vectorkeeper_switch instead of update on {name}
      for each row execute function vectorkeeper.settings_updated()
      """;

  private static final String CREATE_ACTIVE =
      """
      create or replace view {name} as
      select source, profile, provider, model, dimensions, task, collection_id, updated_at from vectorkeeper.active_profile
      """;

  private static final String CREATE_SWITCH =
      """
      create or replace function {name}(
        provider text, model text, dimensions integer, task text default null, source text default null,
        min_coverage numeric default null, force boolean default false)
      returns table (switched_source text, from_profile text, to_profile text, coverage numeric)
      language sql security definer set search_path = pg_catalog, pg_temp
      begin atomic
        select s.switched_source, s.from_profile, s.to_profile, s.coverage
        from vectorkeeper.set_active_embedding_profile(
          $1, $2, $3, $4, $5, $6, $7) s;
      end
      """;

  private static final String LOCK = "select pg_advisory_xact_lock(1986742895, 0)::text";

  private static final String VIEW =
      """
      select coalesce(obj_description(c.oid, 'pg_class'), '') from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = :schema and c.relname = :name
      """;

  private static final String FUNCTION =
      """
      select coalesce(obj_description(p.oid, 'pg_proc'), '') from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = :schema and p.proname = :name
      """;

  private static final String CREATABLE =
      "select has_schema_privilege(oid, 'create, usage') from pg_namespace where nspname = :schema";

  private final SqlName settings;
  private final SqlName active;
  private final SqlName function;

  /** Those in a schema. */
  public ActivationObjects(String schema) {
    this.settings = new SqlName(schema, "embedding_settings");
    this.active = new SqlName(schema, "active_embedding_profile");
    this.function = new SqlName(schema, "set_active_embedding_profile");
  }

  /** The view that says which profile is active for which source. */
  public SqlName active() {
    return active;
  }

  /**
   * A sentence for each that is to be made.
   *
   * @throws VectorkeeperException VK-A03 where something of another's has one of the names, VK-S12
   *     where there is no such schema, VK-S05 where nothing may be made in it
   */
  public List<String> plan(Handle handle) {
    List<String> changes =
        List.of(settings, active, function).stream()
            .filter(name -> !isPresent(handle, name))
            .map(
                name ->
                    "make the %s %s".formatted(name.equals(function) ? "function" : "view", name))
            .toList();
    if (!changes.isEmpty()) {
      requireCreatable(handle);
    }
    return changes;
  }

  private void requireCreatable(Handle handle) {
    String schema = settings.schema();
    Optional<Boolean> creatable =
        handle.createQuery(CREATABLE).bind("schema", schema).mapTo(Boolean.class).findOne();
    if (creatable.isEmpty()) {
      throw new VectorkeeperException(
          "VK-S12",
          "The schema %s, in which the settings are to be, does not exist. Make it first, or name another: settings-schema: …"
              .formatted(schema));
    }
    if (!creatable.get()) {
      throw new VectorkeeperException(
          "VK-S05",
          "This role may not make the settings in the schema %s. Name another (settings-schema: …), or let an administrator run: grant create, usage on schema %s to %s;"
              .formatted(
                  schema,
                  SqlName.quote(schema),
                  SqlName.quote(
                      handle.createQuery("select current_user").mapTo(String.class).one())));
    }
  }

  private boolean isPresent(Handle handle, SqlName name) {
    Optional<String> comment =
        handle
            .createQuery(name.equals(function) ? FUNCTION : VIEW)
            .bind("schema", name.schema())
            .bind("name", name.name())
            .mapTo(String.class)
            .findFirst();
    if (comment.filter(text -> !text.startsWith(MARK)).isPresent()) {
      throw new VectorkeeperException(
          "VK-A03",
          "There is already something named %s that is not Vectorkeeper's. Name another schema for the settings: settings-schema: …"
              .formatted(name));
    }
    return comment.isPresent();
  }

  /** Makes those that are missing; one process at a time. */
  public void create(Handle handle) {
    handle.createQuery(LOCK).mapTo(String.class).findOne();
    if (!isPresent(handle, settings)) {
      createSettings(handle);
    }
    if (!isPresent(handle, active)) {
      createActive(handle);
    }
    if (!isPresent(handle, function)) {
      createFunction(handle);
    }
  }

  /** Makes all of them, those too that are there. */
  public void createAll(Handle handle) {
    createSettings(handle);
    createActive(handle);
    createFunction(handle);
  }

  private void createSettings(Handle handle) {
    run(handle, CREATE_SETTINGS, settings);
    run(handle, CREATE_TRIGGER, settings);
    comment(handle, "view", settings, "the active profile of each source; an update switches");
  }

  private void createActive(Handle handle) {
    run(handle, CREATE_ACTIVE, active);
    run(handle, "grant select on {name} to public", active);
    comment(handle, "view", active, "the active profile of each source");
  }

  private void createFunction(Handle handle) {
    run(handle, CREATE_SWITCH, function);
    run(handle, "revoke execute on function {name} from public", function);
    comment(handle, "function", function, "makes a profile active");
  }

  private static void run(Handle handle, String template, SqlName name) {
    Ddl.run(handle, SqlText.of(template).with("name", name).sql());
  }

  private static void comment(Handle handle, String kind, SqlName name, String what) {
    Ddl.run(
        handle, "comment on " + kind + " " + name.sql() + " is " + SqlName.literal(MARK + what));
  }
}
