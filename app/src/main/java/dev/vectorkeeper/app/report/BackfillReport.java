package dev.vectorkeeper.app.report;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.vectorkeeper.Json;
import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.Usage;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.status.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a backfill did.
 *
 * @param source the source's name
 * @param finishedAt when it ended
 * @param result what was done in this process
 * @param usage what that used
 * @param collections each collection's backfill, all processes together
 */
public record BackfillReport(
    String source,
    Instant finishedAt,
    @JsonUnwrapped RunResult result,
    @JsonUnwrapped Usage usage,
    List<OfCollection> collections) {

  /**
   * The backfill of one collection.
   *
   * @param profile its profile
   * @param model its model
   * @param dimensions components of a vector
   * @param backfill how far it came
   */
  public record OfCollection(
      String profile, String model, int dimensions, Optional<Progress> backfill) {}

  /** The report of a backfill that has just ended. */
  public static BackfillReport of(
      String source, RunResult result, Usage usage, Status status, List<Collection> collections) {
    return new BackfillReport(
        source,
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        result,
        usage,
        collections.stream()
            .map(status::of)
            .map(c -> new OfCollection(c.profile(), c.model(), c.dimensions(), c.backfill()))
            .toList());
  }

  Map<String, String> files() {
    return Map.of("emb_backfill.json", Json.of(this) + "\n", "emb_backfill.md", markdown());
  }

  private String markdown() {
    Markdown text = new Markdown().heading(1, "Backfill of " + source);
    text.paragraph(finishedAt + ". " + result);
    if (!result.sampleIds().isEmpty()) {
      text.paragraph("Embedded, for example: " + String.join(", ", result.sampleIds()) + ".");
    }
    text.paragraph(
        "Used: %s requests, %s texts, %s tokens, %s US dollars."
            .formatted(
                Figures.number(usage.requests()),
                Figures.number(usage.inputs()),
                Figures.number(usage.tokens()),
                usage.usd().toPlainString()));
    text.table(
        List.of("profile", "model", "state", "rows", "embedded", "failed", "seconds", "tokens"),
        collections.stream().map(BackfillReport::row).toList());
    return text.toString();
  }

  private static List<String> row(OfCollection collection) {
    List<String> cells = new ArrayList<>(List.of(collection.profile(), collection.model()));
    collection
        .backfill()
        .ifPresentOrElse(
            done ->
                cells.addAll(
                    List.of(
                        done.state(),
                        Figures.number(done.rowsDone()),
                        Figures.number(done.result().embedded()),
                        Figures.number(done.result().failed()),
                        Figures.number(done.seconds()),
                        Figures.number(done.result().usage().tokens()))),
            () -> cells.addAll(List.of("none", "", "", "", "", "")));
    return cells;
  }
}
