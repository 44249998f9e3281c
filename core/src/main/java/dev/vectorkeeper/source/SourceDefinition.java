package dev.vectorkeeper.source;

import dev.vectorkeeper.postgres.SqlName;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A source as the configuration file declares it.
 *
 * @param name the user's name for it, the stem of the views' names
 * @param table the user's table
 * @param content what of a row is embedded
 * @param collections the profiles to embed under, in order; the first becomes active when none is
 * @param sync when workers drain its changes
 * @param initialBackfill whether applying begins a backfill; rows that are there are else left to
 *     backfills that somebody begins
 * @param minCoverage the coverage in percent below which no collection may be made active
 * @param placement where the vectors are kept and shown
 * @param changes how changes of its rows are captured and shown
 */
public record SourceDefinition(
    String name,
    SqlName table,
    Content content,
    List<String> collections,
    Sync sync,
    boolean initialBackfill,
    BigDecimal minCoverage,
    Placement placement,
    Changes changes) {

  public SourceDefinition {
    collections = List.copyOf(collections);
  }

  /** The column that holds a collection's vectors, where one does. */
  public Optional<String> columnOf(String profile) {
    return Optional.ofNullable(placement.otherColumns().get(profile))
        .or(() -> placement.column().filter(column -> collections.get(0).equals(profile)));
  }

  /**
   * The same with another collection behind the others, if it is not among them.
   *
   * @param column the column of the source's own table that holds it, if one does
   */
  public SourceDefinition withCollection(String profile, Optional<String> column) {
    List<String> more = Stream.concat(collections.stream(), Stream.of(profile)).distinct().toList();
    return new SourceDefinition(
        name,
        table,
        content,
        more,
        sync,
        initialBackfill,
        minCoverage,
        placement.withColumn(profile, column),
        changes);
  }

  /**
   * How changes of rows are captured and shown.
   *
   * @param triggers the triggers' names by event, those that are not made from the source's name
   * @param queue the view of what waits and what failed, where one is wanted
   * @param queueKeys the key columns' names in that view where they differ from the source's
   */
  public record Changes(
      Map<String, String> triggers, Optional<SqlName> queue, Map<String, String> queueKeys) {
    /** What triggers are for, in the words that their names are set by. */
    public static final List<String> EVENTS =
        List.of("insert", "update", "rekey", "vector", "delete", "truncate");

    /** Names made from the source's, and no view. */
    public static final Changes NONE = new Changes(Map.of(), Optional.empty(), Map.of());

    public Changes {
      triggers = Map.copyOf(triggers);
      queueKeys = Map.copyOf(queueKeys);
    }

    /** The name of a source's trigger for an event. */
    public String trigger(String source, String event) {
      return triggers.getOrDefault(event, "vectorkeeper_" + source + "_" + event);
    }
  }

  /** When workers drain a source's changes. */
  public enum Sync {
    /** As they come. */
    REALTIME,
    /** When a schedule says so. */
    SCHEDULED,
    /** When somebody asks. */
    MANUAL
  }

  /**
   * What of a row is embedded.
   *
   * @param text the column or template
   * @param where a filter in SQL; rows that do not pass have no vector
   * @param chunking how long texts are cut; one vector a row without it
   */
  public record Content(
      TextTemplate text, Optional<String> where, Optional<ChunkingDefinition> chunking) {}

  /**
   * How long texts are cut into chunks.
   *
   * @param maxTokens tokens in a chunk at most
   * @param overlap tokens that a chunk repeats of the one before
   */
  public record ChunkingDefinition(int maxTokens, int overlap) {}

  /**
   * Where vectors are kept and shown. What is empty gets a name made from the source's.
   *
   * @param table the collection's table, possible with one collection only
   * @param column the column of the source's own table that holds the first collection's vectors
   * @param otherColumns the columns that hold collections which a migration adds, by profile
   * @param existing whether that table is there already and its vectors are to be taken over
   * @param keyNames the key columns' names in the collection's table where they differ from the
   *     source's
   * @param foreignKey whether the collection's table refers to the source with {@code on delete
   *     cascade}
   * @param allView the view over all live collections
   * @param activeView the view over the active collection
   * @param matchFunction the function that searches
   * @param index the vector index
   */
  public record Placement(
      Optional<SqlName> table,
      Optional<String> column,
      Map<String, String> otherColumns,
      boolean existing,
      Map<String, String> keyNames,
      boolean foreignKey,
      Optional<SqlName> allView,
      Optional<SqlName> activeView,
      Optional<SqlName> matchFunction,
      IndexDefinition index) {
    public Placement {
      otherColumns = Map.copyOf(otherColumns);
      keyNames = Map.copyOf(keyNames);
    }

    private Placement withColumn(String profile, Optional<String> added) {
      Map<String, String> columns = new HashMap<>(otherColumns);
      added.ifPresent(name -> columns.put(profile, name));
      return new Placement(
          table,
          column,
          columns,
          existing,
          keyNames,
          foreignKey,
          allView,
          activeView,
          matchFunction,
          index);
    }
  }
}
