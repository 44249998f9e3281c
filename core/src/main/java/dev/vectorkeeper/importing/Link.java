package dev.vectorkeeper.importing;

import dev.vectorkeeper.source.SourceTable;
import java.util.List;

/**
 * A reference from one table's rows to those of another by its primary key.
 *
 * @param columns the referring columns, in the order of the other's key
 * @param target the table that is referred to
 * @param declared whether a foreign key says so, rather than names and values
 * @param cascades whether a foreign key deletes the referring rows with the others
 */
record Link(List<String> columns, SourceTable target, boolean declared, boolean cascades) {}
