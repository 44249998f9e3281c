package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.provider.Secret;
import dev.vectorkeeper.secret.MasterKey;
import dev.vectorkeeper.secret.SecretStore;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Keeps keys of providers sealed in the catalog. */
@Command(
    name = "secrets",
    description =
        "Keeps keys of providers in the catalog, sealed with AES-256-GCM by a key outside the database. A profile names"
            + " one as api-key: secret:NAME.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(new-key | set | list | rotate | remove)",
    footer = {
      "",
      "Examples:",
      "  vectorkeeper secrets new-key vectorkeeper.key",
      "  export VECTORKEEPER_SECRET_KEY_FILE=vectorkeeper.key",
      "  vectorkeeper secrets set openai < key.txt        never on the command line",
      "  vectorkeeper secrets set openai --from-env OPENAI_API_KEY"
    })
final class SecretsCommand implements Runnable {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say new-key, set, list, rotate or remove.");
  }

  @Command(
      name = "new-key",
      description = "Writes a new random key to a file.",
      mixinStandardHelpOptions = true)
  int newKey(
      @Parameters(paramLabel = "FILE", description = "The file; it must not be there yet.")
          Path file) {
    MasterKey.create(file);
    say(
        "Wrote "
            + file
            + ". Set "
            + MasterKey.FILE_VARIABLE
            + " to it, and keep a copy: without it the secrets are lost.");
    return 0;
  }

  @Command(
      name = "set",
      description = "Stores a secret, read from standard input.",
      mixinStandardHelpOptions = true)
  int set(
      @Parameters(paramLabel = "NAME", description = "Its name.") String name,
      @Option(
              names = "--from-env",
              paramLabel = "VARIABLE",
              description = "Take it from this variable instead.")
          @Nullable String variable)
      throws IOException {
    Secret value =
        Secret.ofNullable(variable == null ? input() : parent.context().environment().get(variable))
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        variable == null
                            ? "Nothing was given on standard input."
                            : variable + " is not set."));
    try (Vectorkeeper keeper = parent.context().open()) {
      keeper.secrets().set(MasterKey.of(parent.context().environment()), name, value);
      say("The secret " + name + " is stored.");
      return 0;
    }
  }

  private static @Nullable String input() throws IOException {
    Console console = System.console();
    if (console != null && Terminals.isTerminal()) {
      char[] typed = console.readPassword("Value (not shown): ");
      return typed == null ? null : new String(typed);
    }
    return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
  }

  @Command(
      name = "list",
      description = "The names of all secrets.",
      mixinStandardHelpOptions = true)
  int list(@Option(names = "--json", description = "Print JSON.") boolean json) {
    try (Vectorkeeper keeper = parent.context().open()) {
      List<SecretStore.Listed> all = keeper.secrets().list();
      if (json) {
        say(Json.of(all));
      } else if (all.isEmpty()) {
        say("No secrets.");
      } else {
        all.forEach(secret -> say(secret.name() + "  changed " + secret.changedAt()));
      }
      return 0;
    }
  }

  @Command(
      name = "rotate",
      description = "Seals every secret anew with another key.",
      mixinStandardHelpOptions = true)
  int rotate(
      @Option(
              names = "--to",
              required = true,
              paramLabel = "FILE",
              description = "The file with the new key.")
          Path file) {
    try (Vectorkeeper keeper = parent.context().open()) {
      int count =
          keeper
              .secrets()
              .rotate(MasterKey.of(parent.context().environment()), MasterKey.read(file));
      say(
          "Sealed "
              + count
              + (count == 1 ? " secret" : " secrets")
              + " anew. Set "
              + MasterKey.FILE_VARIABLE
              + " to "
              + file
              + ".");
      return 0;
    }
  }

  @Command(name = "remove", description = "Removes a secret.", mixinStandardHelpOptions = true)
  int remove(@Parameters(paramLabel = "NAME", description = "Its name.") String name) {
    try (Vectorkeeper keeper = parent.context().open()) {
      keeper.secrets().remove(name);
      say("The secret " + name + " is removed.");
      return 0;
    }
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
