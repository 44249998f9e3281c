package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.report.ReportFiles;
import dev.vectorkeeper.app.terminal.VerificationText;
import dev.vectorkeeper.verify.Verification;
import dev.vectorkeeper.verify.VerificationReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Compares what is stored with what should be. */
@Command(
    name = "verify",
    description =
        "Compares what is stored with what should be: every vector with its row, the index with an exact search, one"
            + " space with another. Ends with 1 where a limit is passed.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper verify articles",
      "  vectorkeeper verify articles --limit p95=500 --limit truncated=0 --report reports",
      "  vectorkeeper verify articles --profile large --against small --threshold 0.82"
    })
final class VerifyCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SOURCE", description = "The source's name.")
  private String source;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      description = "The collection under this profile; the active one where left out.")
  private @Nullable String profile;

  @Option(
      names = "--against",
      paramLabel = "PROFILE",
      description = "Compare with the space of this one; with the active one where left out.")
  private @Nullable String against;

  @Mixin private final VerifyOptions options = new VerifyOptions();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    try (Vectorkeeper keeper = parent.context().open()) {
      Verification verification = keeper.verification();
      VerificationReport report =
          verification.run(
              source, Optional.ofNullable(profile), options.options(Optional.ofNullable(against)));
      spec.commandLine().getOut().println(json ? Json.of(report) : VerificationText.of(report));
      options
          .report()
          .ifPresent(
              directory ->
                  ReportFiles.write(
                      directory, verification.validation(report, options.neighbours())));
      return report.passed() ? 0 : 1;
    }
  }
}
