package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.canary.Canaries;
import dev.vectorkeeper.profile.ProviderTest;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Tries the provider of a profile. */
@Command(
    name = "provider",
    description = "Tries the provider of a profile.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(test|canaries)",
    footer = {
      "",
      "Examples:",
      "  vectorkeeper provider test openai",
      "  vectorkeeper provider canaries openai"
    })
final class ProviderCommand implements Runnable {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say test or canaries, and a profile.");
  }

  @Command(
      name = "test",
      description = "Sends a document and a query, and prints what comes back.",
      mixinStandardHelpOptions = true)
  int test(
      @Parameters(paramLabel = "PROFILE", description = "The profile's name in the file.")
          String profile,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    try (Vectorkeeper keeper = parent.context().open()) {
      ProviderTest.Result result = ProviderTest.run(keeper.providers(), profile);
      if (json) {
        out.println(Json.of(result));
      } else {
        out.println("model       " + result.model());
        out.println("dimensions  " + result.dimensions());
        out.println(String.format(Locale.ROOT, "norm        %.4f", result.norm()));
        out.println(
            String.format(
                Locale.ROOT,
                "latency     %.0f ms a document, %.0f ms a query",
                result.documentMillis(),
                result.queryMillis()));
        out.println("tokens      " + result.tokens());
        out.println(
            "price       "
                + result
                    .usdPerMillionTokens()
                    .map(usd -> usd + " USD a million tokens")
                    .orElse("not known"));
        out.println(
            "sides       "
                + (result.sidesDiffer()
                    ? "documents and queries are told apart"
                    : "documents and queries are embedded alike"));
      }
      out.flush();
      return 0;
    }
  }

  @Command(
      name = "canaries",
      description =
          "Embeds a few fixed texts and compares them with what the provider made of them before; a worker does so once a day."
              + " Ends with 1 where its model was changed behind its name.",
      mixinStandardHelpOptions = true)
  int canaries(
      @Parameters(paramLabel = "PROFILE", description = "The profile's name.") String profile,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    try (Vectorkeeper keeper = parent.context().open()) {
      Canaries.Compared compared = keeper.compareCanaries(profile);
      if (json) {
        out.println(Json.of(compared));
      } else if (compared.texts() == 0) {
        out.println("The canaries of %s were made and are kept.".formatted(profile));
      } else {
        out.println(
            String.format(
                Locale.ROOT,
                "%d canaries of %s: lowest cosine %.4f, %s",
                compared.texts(),
                profile,
                compared.cosine(),
                compared.same()
                    ? "the same model."
                    : "another model than before. New vectors do not compare with the stored ones."));
      }
      out.flush();
      return compared.same() ? 0 : 1;
    }
  }
}
