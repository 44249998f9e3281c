package dev.vectorkeeper.declare;

import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.List;
import java.util.Optional;

/**
 * What has to be done for one source.
 *
 * @param definition the source as declared
 * @param table its table as it is now
 * @param before the source as the catalog has it
 * @param captured the columns that its text and filter depend on
 * @param changes a sentence for each change
 * @param notes what is worth knowing
 * @param made the profiles whose collections are made
 * @param recheckAll whether every row must be looked at again because what is embedded of it
 *     changed
 */
public record SourcePlan(
    SourceDefinition definition,
    SourceTable table,
    Optional<Source> before,
    List<Column> captured,
    List<String> changes,
    List<String> notes,
    List<String> made,
    boolean recheckAll) {

  /** The same as if all of it were to be made anew. */
  SourcePlan anew() {
    return new SourcePlan(definition, table, before, captured, changes, notes, made, true);
  }

  /** Whether collections are made. */
  boolean changesCollections() {
    return !made.isEmpty();
  }
}
