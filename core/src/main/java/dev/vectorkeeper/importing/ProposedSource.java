package dev.vectorkeeper.importing;

import dev.vectorkeeper.source.IndexDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A source of the proposed file.
 *
 * @param name its name
 * @param table the user's table, as the file has it
 * @param text what its vectors were made of
 * @param filters which rows are meant; all of them hold
 * @param collections the profiles, the one with most vectors first
 * @param index the vector index that is there
 * @param placement where the vectors are kept, by the file's keys
 * @param views names that differ from the usual ones because these are taken
 * @param notes what is to be known of it
 */
record ProposedSource(
    String name,
    String table,
    TextGuess text,
    List<FilterGuess> filters,
    List<String> collections,
    Optional<IndexDefinition> index,
    Map<String, String> placement,
    Map<String, String> views,
    List<String> notes) {}
