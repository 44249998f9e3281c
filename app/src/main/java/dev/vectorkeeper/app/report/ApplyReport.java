package dev.vectorkeeper.app.report;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.declare.RecordedApply;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.IndexDefinition.Type;
import dev.vectorkeeper.store.TableFacts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What an apply did: its SQL, and how the tables of vectors stand afterwards.
 *
 * @param applied what was changed and how
 * @param tables how each live collection stands
 * @param at when that was
 */
public record ApplyReport(RecordedApply applied, List<Standing> tables, Instant at) {
  /** A collection and its table. */
  private record Standing(Collection collection, TableFacts facts) {}

  /** The report of an apply that was carried out just now. */
  public static ApplyReport of(Vectorkeeper keeper, RecordedApply applied) {
    return new ApplyReport(
        applied,
        keeper
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    keeper.catalog().liveCollections().stream()
                        .map(c -> new Standing(c, TableFacts.of(handle, c)))
                        .toList()),
        Instant.now().truncatedTo(ChronoUnit.SECONDS));
  }

  Map<String, String> files() {
    return Map.of("emb_table_create.sql", applied.sql(), "emb_table_create.md", markdown());
  }

  private String markdown() {
    Markdown text = new Markdown().heading(1, "Tables of vectors");
    text.paragraph(
        applied.changes().isEmpty()
            ? at + ": everything was as the file declares. emb_table_create.sql has what made it."
            : at + ": changed as follows. emb_table_create.sql has what was run.");
    text.list(applied.changes());
    text.list(applied.notes().stream().map(note -> "Note: " + note).toList());
    tables.forEach(standing -> describe(text, standing));
    return text.toString();
  }

  private static void describe(Markdown text, Standing standing) {
    Collection collection = standing.collection();
    text.heading(2, collection + " in " + standing.facts().table());
    text.paragraph(
        "%s of %s, %d dimensions, %s%s. %s"
            .formatted(
                collection.profile().space().model(),
                collection.profile().space().provider(),
                collection.profile().space().dimensions(),
                collection.state().name().toLowerCase(Locale.ROOT),
                collection.active() ? ", the active one" : "",
                index(collection.index())));
    text.table(
        List.of("what", "as it stands"),
        standing.facts().facts().stream()
            .map(fact -> List.of(fact.kind(), "`" + fact.text() + "`"))
            .toList());
  }

  private static String index(IndexDefinition index) {
    return index.type() == Type.NONE
        ? "No vector index."
        : "Declared vector index: %s, %s%s; it is built once the rows are embedded."
            .formatted(
                index.type().name().toLowerCase(Locale.ROOT),
                index.distance().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                index.parameters().entrySet().stream()
                    .map(parameter -> ", " + parameter.getKey() + " = " + parameter.getValue())
                    .collect(Collectors.joining()));
  }
}
