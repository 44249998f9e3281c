package dev.vectorkeeper.source;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceDefinition.Changes;
import dev.vectorkeeper.source.SourceDefinition.ChunkingDefinition;
import dev.vectorkeeper.source.SourceDefinition.Sync;
import java.util.List;
import java.util.Optional;

/**
 * A source in the catalog.
 *
 * @param id its number in the catalog
 * @param name the user's name for it
 * @param table the user's table as it was named when declared
 * @param relation the user's table by its object identifier, which survives renames
 * @param keys its key
 * @param sync when workers drain its changes
 * @param chunking how long texts are cut; one vector a row without it
 * @param views the view over all live collections, then the view over the active one
 * @param matchFunction the function that searches it; absent in a catalog of before there was one
 * @param changes how changes of its rows are captured and shown
 */
public record Source(
    int id,
    String name,
    SqlName table,
    long relation,
    RowKeys keys,
    Sync sync,
    Optional<ChunkingDefinition> chunking,
    List<SqlName> views,
    Optional<SqlName> matchFunction,
    Changes changes) {

  /** The log that the capture triggers append keys to. */
  public SqlName changeLog() {
    return SqlName.catalog("change_" + id);
  }

  /**
   * The view of each row's key, rendered text and content hash; the text is null where no vector is
   * wanted.
   */
  public SqlName content() {
    return SqlName.catalog("source_" + id);
  }

  /** The name of its trigger for an event. */
  public String trigger(String event) {
    return changes.trigger(name, event);
  }

  public SqlName allView() {
    return views.get(0);
  }

  public SqlName activeView() {
    return views.get(1);
  }
}
