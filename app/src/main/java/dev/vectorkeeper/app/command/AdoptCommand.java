package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.adopt.AdoptionOptions;
import dev.vectorkeeper.adopt.AdoptionReport;
import dev.vectorkeeper.postgres.SqlName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Takes over vectors that were made before Vectorkeeper came. */
@Command(
    name = "adopt",
    description =
        "Takes over vectors that were made before, without embedding them again: a sample is embedded and compared first.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Run it after \"apply\" and before the first worker, which would embed what is missing.",
      "",
      "Examples:",
      "  vectorkeeper adopt articles --from article_embeddings --key article_id --dry-run",
      "  vectorkeeper adopt articles --from article_embeddings --key article_id --changed-at updated_at --embedded-at created_at",
      "  vectorkeeper adopt media --profile jina --from media_embeddings --key media_id --where \"provider = 'jina'\"",
      "  vectorkeeper adopt questions                 (placement: {column: embedding})"
    })
final class AdoptCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SOURCE", description = "The source's name.")
  private String source;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      description = "The profile whose vectors they are; the active one's where left out.")
  private @Nullable String profile;

  @Option(
      names = "--from",
      paramLabel = "TABLE",
      description =
          "The table that holds the vectors; left out where they are in the source's own column, or in a table that"
              + " became the collection's (existing: adopt).")
  private @Nullable String from;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      split = ",",
      description = "The key's columns in that table (default: as in the collection).")
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--vector",
      paramLabel = "COLUMN",
      description = "The vectors' column in that table (default: ${DEFAULT-VALUE}).")
  private String vector = "embedding";

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description = "Only vectors that pass a condition over the columns beside them.")
  private @Nullable String where;

  @Option(
      names = "--stale-where",
      paramLabel = "SQL",
      description =
          "Embed those rows anew that pass a condition over the source's columns, whatever vector they have.")
  private @Nullable String stale;

  @Option(
      names = "--remove-others",
      description =
          "Let workers remove the vectors in the source's own column that are of rows which want none, as deleted ones.")
  private boolean others;

  @Option(
      names = "--changed-at",
      paramLabel = "COLUMN",
      description = "A column of the source that says when a row's text changed last.")
  private @Nullable String changedAt;

  @Option(
      names = "--embedded-at",
      paramLabel = "COLUMN",
      description = "A column beside the vector that says when it was made.")
  private @Nullable String embeddedAt;

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "200",
      description = "How many rows are embedded again and compared (default: ${DEFAULT-VALUE}).")
  private int sample;

  @Option(
      names = "--cosine",
      paramLabel = "C",
      defaultValue = "0.99",
      description = "How similar the two vectors must be (default: ${DEFAULT-VALUE}).")
  private double cosine;

  @Option(
      names = "--share",
      paramLabel = "S",
      defaultValue = "0.99",
      description = "The share of the sample that must be so similar (default: ${DEFAULT-VALUE}).")
  private double share;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Decides which rows are the sample (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--dry-run", description = "Compare, and take nothing over.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (sample < 1 || share < 0 || share > 1 || cosine < -1 || cosine > 1) {
      throw new VectorkeeperException(
          "VK-C09",
          "--sample must be at least 1, --share between 0 and 1, --cosine between -1 and 1.");
    }
    AdoptionOptions options =
        new AdoptionOptions(
            Optional.ofNullable(from).map(AdoptCommand::table),
            keys,
            vector,
            Optional.ofNullable(changedAt),
            Optional.ofNullable(embeddedAt),
            sample,
            cosine,
            share,
            seed,
            new AdoptionOptions.Conditions(
                Optional.ofNullable(where), Optional.ofNullable(stale), others));
    try (Vectorkeeper keeper = parent.context().open()) {
      AdoptionReport report =
          keeper.adoption().run(source, Optional.ofNullable(profile), options, dryRun);
      spec.commandLine().getOut().println(json ? Json.of(report) : sentence(report, dryRun));
      return 0;
    }
  }

  private static SqlName table(String name) {
    return SqlName.parse(name)
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-C09", "--from \"%s\" is not a table's name.".formatted(name)));
  }

  static String sentence(AdoptionReport report, boolean dryRun) {
    return String.format(
        Locale.ROOT,
        "%,d vectors fit %s/%s%s. Of %,d that were embedded again %,d agree (%.1f to %.1f %%), with a mean cosine of %.4f and a lowest of %.4f. %s",
        report.candidates(),
        report.source(),
        report.profile(),
        report.changed() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", of which %,d rows changed since and are to be embedded",
                report.changed()),
        report.sampled(),
        report.agreeing(),
        report.shareLow() * 100,
        report.shareHigh() * 100,
        report.mean(),
        report.lowest(),
        dryRun
            ? "Nothing was adopted."
            : String.format(
                Locale.ROOT,
                "%,d were adopted.%s",
                report.adopted(),
                report.others() == 0
                    ? ""
                    : String.format(
                        Locale.ROOT,
                        " %,d vectors of rows that want none are removed by the next worker.",
                        report.others())));
  }
}
