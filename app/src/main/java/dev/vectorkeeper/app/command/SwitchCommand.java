package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.activation.Activation.Request;
import dev.vectorkeeper.activation.Activation.Switched;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Makes another collection of a source its active one. */
@Command(
    name = "switch",
    description =
        "Makes another collection of a source its active one: one update of one row, no lock that a reader could hold up.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper switch articles --to openai",
      "  vectorkeeper switch articles --to openai --min-coverage 99.5",
      "  vectorkeeper switch articles --back"
    })
final class SwitchCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SOURCE", description = "The source's name.")
  private String source;

  @ArgGroup(multiplicity = "1")
  private Where where = new Where();

  /** Where to: one of the two. */
  static final class Where {
    @Option(
        names = "--to",
        paramLabel = "PROFILE",
        description = "The profile whose collection is to be active.")
    private @Nullable String profile;

    @Option(names = "--back", description = "Undo the last switch.")
    private boolean back;
  }

  @Option(
      names = "--min-coverage",
      paramLabel = "PERCENT",
      description =
          "Refuse the switch below this coverage; what the source's min-coverage says, usually 100, where left out.")
  private @Nullable BigDecimal minCoverage;

  @Option(names = "--force", description = "Switch whatever the coverage.")
  private boolean force;

  @Option(names = "--dry-run", description = "Check, and change nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    try (Vectorkeeper keeper = parent.context().open()) {
      keeper.catalog();
      Switched switched =
          keeper
              .activation()
              .run(
                  new Request(
                      source,
                      Optional.ofNullable(where.profile),
                      Optional.ofNullable(minCoverage),
                      force,
                      dryRun));
      spec.commandLine().getOut().println(json ? Json.of(switched) : sentence(switched));
      return 0;
    }
  }

  private String sentence(Switched switched) {
    String coverage =
        switched
            .coverage()
            .map(
                percent ->
                    ", with vectors for %s %% of the rows"
                        .formatted(percent.setScale(1, RoundingMode.DOWN).toPlainString()))
            .orElse(", whose rows could not be counted");
    if (!switched.changed()) {
      return "%s is active for %s already%s.".formatted(switched.to(), source, coverage);
    }
    return "%s %s active for %s%s%s."
        .formatted(
            switched.to(),
            dryRun ? "can be made" : "is",
            source,
            switched.from().map(from -> " instead of " + from).orElse(""),
            coverage);
  }
}
