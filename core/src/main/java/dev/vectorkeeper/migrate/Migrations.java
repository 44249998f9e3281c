package dev.vectorkeeper.migrate;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The migrations in the catalog and their journal. */
final class Migrations {
  private static final String FIND =
      """
      select m.migration_id, s.name as source, f.name as from_profile, m.to_profile, m.makes, m.swaps, m.state, m.started_by, m.started_at,
             m.cut_over_at
      from vectorkeeper.migration m join vectorkeeper.source s using (source_id)
      join vectorkeeper.collection c on c.collection_id = m.from_collection
      join vectorkeeper.profile f on f.profile_id = c.profile_id
      where s.name = :source order by m.migration_id desc limit 1
      """;

  private static final String LATEST =
      """
      select distinct on (m.source_id) m.migration_id, s.name as source, f.name as from_profile, m.to_profile, m.makes, m.swaps, m.state,
             m.started_by, m.started_at, m.cut_over_at
      from vectorkeeper.migration m join vectorkeeper.source s using (source_id)
      join vectorkeeper.collection c on c.collection_id = m.from_collection
      join vectorkeeper.profile f on f.profile_id = c.profile_id
      order by m.source_id, m.migration_id desc
      """;

  private static final String CREATE =
      """
      insert into vectorkeeper.migration (source_id, from_collection, to_profile, makes, swaps, state, plan, started_by)
      select s.source_id, e.collection_id, :to,
             not exists (select from vectorkeeper.collection c join vectorkeeper.profile p using (profile_id)
                         where c.source_id = s.source_id and p.name = :to and c.state <> 'retired'),
             :swaps, 'planned', cast(:plan as jsonb), :who
      from vectorkeeper.source s join vectorkeeper.embedding_settings e using (source_id) where s.name = :source
      """;

  private static final String MOVE =
      """
      update vectorkeeper.migration m
      set state = :next,
          to_collection = coalesce(m.to_collection, (
            select c.collection_id from vectorkeeper.collection c join vectorkeeper.profile p using (profile_id)
            where c.source_id = m.source_id and p.name = m.to_profile and c.state <> 'retired')),
          cut_over_at = case when :next = 'cut over' then clock_timestamp() else m.cut_over_at end,
          finished_at = case when :next in ('retired', 'aborted') then clock_timestamp() end
      where m.migration_id = :id and m.state = :present
      """;

  private static final String NOTE =
      "insert into vectorkeeper.migration_journal (migration_id, state, note, who) values (:id, :state, :note, :who)";

  private static final String JOURNAL =
      "select state, note, who, at from vectorkeeper.migration_journal where migration_id = :id order by journal_id";

  private static final String LAST_NOTE =
      """
      select note from vectorkeeper.migration_journal
      where migration_id = :id and state = :state order by journal_id desc limit 1
      """;

  private static final String ESTIMATE =
      """
      select (e->>'rows')::bigint, (e->>'tokens')::bigint, (e->>'usd')::numeric,
             (e->>'table_bytes')::bigint + (e->>'index_bytes')::bigint
      from (select plan->'estimate' as e from vectorkeeper.migration where migration_id = :id) p
      where jsonb_typeof(e) = 'object'
      """;

  private Migrations() {}

  /** The last migration of a source. */
  static Optional<Migration> last(Handle handle, String source) {
    return handle
        .createQuery(FIND)
        .bind("source", source)
        .map((row, context) -> migration(row))
        .findOne();
  }

  /** The last migration of every source that had one. */
  static List<Migration> latest(Handle handle) {
    return handle.createQuery(LATEST).map((row, context) -> migration(row)).list();
  }

  /** The migration of a source that is neither retired nor aborted. */
  static Optional<Migration> open(Handle handle, String source) {
    return last(handle, source)
        .filter(m -> m.state() != MigrationState.RETIRED && m.state() != MigrationState.ABORTED);
  }

  private static Migration migration(ResultSet row) throws SQLException {
    @Nullable OffsetDateTime cutOver = row.getObject("cut_over_at", OffsetDateTime.class);
    return new Migration(
        row.getLong("migration_id"),
        row.getString("source"),
        row.getString("from_profile"),
        row.getString("to_profile"),
        row.getBoolean("makes"),
        row.getBoolean("swaps"),
        MigrationState.named(row.getString("state")),
        row.getString("started_by"),
        row.getObject("started_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(cutOver).map(OffsetDateTime::toInstant));
  }

  static Migration create(Handle handle, MigrationPlan plan) {
    handle
        .createUpdate(CREATE)
        .bind("source", plan.source())
        .bind("to", plan.to())
        .bind("swaps", plan.swaps())
        .bind("plan", Json.line(plan))
        .bind("who", who(handle))
        .execute();
    Migration migration = open(handle, plan.source()).orElseThrow();
    note(handle, migration, MigrationState.PLANNED, checked(plan));
    return migration;
  }

  private static String checked(MigrationPlan plan) {
    long warnings =
        plan.findings().stream().filter(f -> f.level() == Finding.Level.WARNING).count();
    return "found possible: %d things looked at, %d of them with a warning"
        .formatted(plan.findings().size(), warnings);
  }

  /**
   * Moves a migration on, if it still is where it was.
   *
   * @throws VectorkeeperException VK-M02 where somebody else moved it meanwhile
   */
  static Migration move(Handle handle, Migration migration, MigrationState next, String note) {
    int moved =
        handle
            .createUpdate(MOVE)
            .bind("id", migration.id())
            .bind("present", migration.state().toString())
            .bind("next", next.toString())
            .execute();
    if (moved == 0) {
      throw new VectorkeeperException(
          "VK-M02",
          "The migration of %s was moved on by somebody else. Look at it with \"vectorkeeper migrate status %s\"."
              .formatted(migration, migration.source()));
    }
    note(handle, migration, next, note);
    return last(handle, migration.source()).orElseThrow();
  }

  static void note(Handle handle, Migration migration, MigrationState state, String note) {
    handle
        .createUpdate(NOTE)
        .bind("id", migration.id())
        .bind("state", state.toString())
        .bind("note", note)
        .bind("who", who(handle))
        .execute();
  }

  private static String who(Handle handle) {
    return handle.createQuery("select session_user::text").mapTo(String.class).one()
        + ", process "
        + ProcessHandle.current().pid();
  }

  static List<MigrationStatus.Entry> journal(Handle handle, Migration migration) {
    return handle
        .createQuery(JOURNAL)
        .bind("id", migration.id())
        .map(
            (row, context) ->
                new MigrationStatus.Entry(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getObject(4, OffsetDateTime.class).toInstant()))
        .list();
  }

  /** What was done for the state that a migration is in. */
  static String lastNote(Handle handle, Migration migration) {
    return handle
        .createQuery(LAST_NOTE)
        .bind("id", migration.id())
        .bind("state", migration.state().toString())
        .mapTo(String.class)
        .one();
  }

  /** What the plan said that it would take. */
  static Optional<MigrationStatus.Planned> estimate(Handle handle, Migration migration) {
    return handle
        .createQuery(ESTIMATE)
        .bind("id", migration.id())
        .map(
            (row, context) ->
                new MigrationStatus.Planned(
                    row.getLong(1),
                    row.getLong(2),
                    Optional.ofNullable(row.getBigDecimal(3)),
                    row.getLong(4)))
        .findOne();
  }
}
