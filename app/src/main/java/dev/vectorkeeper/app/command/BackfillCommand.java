package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.report.BackfillReport;
import dev.vectorkeeper.app.report.CheckpointFiles;
import dev.vectorkeeper.app.report.ReportFiles;
import dev.vectorkeeper.app.terminal.BackfillWatch;
import dev.vectorkeeper.app.terminal.EstimateText;
import dev.vectorkeeper.backfill.BackfillOptions;
import dev.vectorkeeper.backfill.Estimate;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.worker.Drain;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Looks at every row of a source and embeds what has no vector or a stale one. */
@Command(
    name = "backfill",
    description =
        "Looks at every row of a source and embeds what has no vector or a stale one. It can be ended at any time and"
            + " goes on where it was; any number of workers share it.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "[pause|resume|cancel]",
    footer = {
      "",
      "Examples:",
      "  vectorkeeper backfill entries",
      "  vectorkeeper backfill entries --dry-run",
      "  vectorkeeper backfill entries --profile openai --budget 5 --rate 200",
      "  vectorkeeper backfill entries --last 1000 --where \"lang = 'en'\"",
      "  vectorkeeper backfill entries --report reports",
      "  vectorkeeper backfill pause entries"
    })
final class BackfillCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SOURCE", arity = "0..1", description = "The source's name.")
  private @Nullable String source;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      description = "Only the collection under this profile; all live ones where left out.")
  private @Nullable String profile;

  @Option(names = "--last", paramLabel = "N", description = "Only the N newest rows by key.")
  private @Nullable Long last;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Stop after N rows that need a vector; the next one with a limit goes on from there.")
  private @Nullable Long limit;

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description = "Only rows that pass a condition over the source's columns.")
  private @Nullable String where;

  @Option(
      names = "--budget",
      paramLabel = "USD",
      description = "Stop before more US dollars are spent, all workers together.")
  private @Nullable BigDecimal budget;

  @Option(
      names = "--rate",
      paramLabel = "ROWS",
      description = "At most so many rows a second, all workers together.")
  private @Nullable Double rate;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description =
          "Keep .backfill-checkpoint.json and .backfill-failed.json there up to date while it runs.")
  private @Nullable Path checkpoint;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description =
          "Write emb_backfill.json and .md there: counts, keys of a few rows, time, tokens, cost.")
  private @Nullable Path report;

  @Option(
      names = "--dry-run",
      description = "Print rows, tokens, price, storage and time, and call nobody.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    String name = named(source);
    BackfillOptions options = options();
    try (Vectorkeeper keeper = parent.context().open()) {
      if (dryRun) {
        List<Estimate> estimates =
            keeper.backfills().estimate(name, Optional.ofNullable(profile), options);
        spec.commandLine().getOut().println(json ? Json.of(estimates) : EstimateText.of(estimates));
        return 0;
      }
      return run(keeper, name, options);
    }
  }

  private int run(Vectorkeeper keeper, String name, BackfillOptions options) {
    long started = System.nanoTime();
    List<Collection> collections =
        keeper.startBackfill(name, Optional.ofNullable(profile), options);
    BatchResult result;
    try (Drain drain = keeper.drain();
        BackfillWatch watch =
            BackfillWatch.start(
                keeper.database(), collections, spec.commandLine().getErr(), !json);
        AutoCloseable files = files(keeper, collections)) {
      result = drain.run(collections);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    RunResult run = RunResult.ofBackfill(result, keeper.database(), collections, started);
    spec.commandLine().getOut().println(json ? Json.of(run) : run.toString());
    if (report != null) {
      ReportFiles.write(
          report, BackfillReport.of(name, run, result.usage(), keeper.status(), collections));
    }
    collections.stream()
        .flatMap(collection -> keeper.status().of(collection).backfill().stream())
        .flatMap(progress -> progress.pausedWhy().stream())
        .forEach(why -> spec.commandLine().getErr().println("The backfill is paused: " + why));
    return run.failed() == 0 ? 0 : 1;
  }

  private AutoCloseable files(Vectorkeeper keeper, List<Collection> collections) {
    return checkpoint == null
        ? () -> {}
        : CheckpointFiles.start(keeper.database(), collections, checkpoint);
  }

  private String named(@Nullable String given) {
    if (given == null) {
      throw new ParameterException(
          spec.commandLine(), "Missing required parameter: SOURCE, the source's name.");
    }
    return given;
  }

  private BackfillOptions options() {
    requirePositive("--last", last);
    requirePositive("--limit", limit);
    requirePositive("--rate", rate);
    requirePositive("--budget", budget);
    return new BackfillOptions(
        Optional.ofNullable(last),
        Optional.ofNullable(limit),
        Optional.ofNullable(where),
        Optional.ofNullable(budget),
        Optional.ofNullable(rate));
  }

  private void requirePositive(String option, @Nullable Number number) {
    if (number != null && !(number.doubleValue() > 0)) {
      throw new ParameterException(
          spec.commandLine(), "%s must be greater than 0.".formatted(option));
    }
  }

  @Command(
      name = "pause",
      description = "Holds the running backfill until it is resumed; live changes go on.",
      mixinStandardHelpOptions = true)
  int pause(
      @Parameters(paramLabel = "SOURCE", description = "The source's name.") String of,
      @Option(names = "--profile", description = "Only the collection under this profile.")
          @Nullable String only) {
    try (Vectorkeeper keeper = parent.context().open()) {
      return told(keeper.backfills().pause(of, Optional.ofNullable(only)), "paused", "running");
    }
  }

  @Command(
      name = "resume",
      description =
          "Lets a paused backfill go on; a worker, or \"backfill SOURCE\", carries it out.",
      mixinStandardHelpOptions = true)
  int resume(
      @Parameters(paramLabel = "SOURCE", description = "The source's name.") String of,
      @Option(names = "--profile", description = "Only the collection under this profile.")
          @Nullable String only,
      @Option(names = "--budget", description = "What it may cost in US dollars, all in all.")
          @Nullable BigDecimal usd) {
    requirePositive("--budget", usd);
    try (Vectorkeeper keeper = parent.context().open()) {
      return told(
          keeper.backfills().resume(of, Optional.ofNullable(only), Optional.ofNullable(usd)),
          "resumed",
          "paused");
    }
  }

  @Command(
      name = "cancel",
      description = "Ends a running or paused backfill; what it stored stays.",
      mixinStandardHelpOptions = true)
  int cancel(
      @Parameters(paramLabel = "SOURCE", description = "The source's name.") String of,
      @Option(names = "--profile", description = "Only the collection under this profile.")
          @Nullable String only) {
    try (Vectorkeeper keeper = parent.context().open()) {
      return told(
          keeper.backfills().cancel(of, Optional.ofNullable(only)),
          "cancelled",
          "running or paused");
    }
  }

  private int told(List<Collection> collections, String what, String sought) {
    var out = spec.commandLine().getOut();
    collections.forEach(c -> out.println("The backfill of %s is %s.".formatted(c, what)));
    if (collections.isEmpty()) {
      out.println("There is no backfill that is %s.".formatted(sought));
    }
    out.flush();
    return 0;
  }
}
