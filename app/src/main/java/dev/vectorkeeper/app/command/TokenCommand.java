package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.access.Scope;
import dev.vectorkeeper.access.Token;
import dev.vectorkeeper.app.terminal.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Makes and removes tokens for callers of the server. */
@Command(
    name = "token",
    description =
        "Makes and removes tokens for callers of the server. Of a token only its hash is kept, so it can be seen when it is"
            + " made and never again.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(create | list | remove)",
    footer = {
      "",
      "Examples:",
      "  vectorkeeper token create cron --scope operate",
      "  vectorkeeper token create app --scope search --expires 90",
      "  vectorkeeper token remove cron"
    })
final class TokenCommand implements Runnable {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  private record Created(
      String name, Set<String> scopes, Optional<Instant> expiresAt, String token) {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say create, list or remove.");
  }

  @Command(
      name = "create",
      description = "Makes a token and prints it, alone on standard output.",
      mixinStandardHelpOptions = true)
  int create(
      @Parameters(paramLabel = "NAME", description = "Its name.") String name,
      @Option(
              names = "--scope",
              required = true,
              paramLabel = "SCOPE",
              description =
                  "What its bearer may do: read, search or operate; may be repeated. None includes another.")
          List<String> scopes,
      @Option(
              names = "--expires",
              paramLabel = "DAYS",
              description = "After how many days it is good no more; never where left out.")
          @Nullable Integer days,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    Set<Scope> wanted = EnumSet.noneOf(Scope.class);
    for (String scope : scopes) {
      wanted.add(
          Scope.named(scope)
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(), "--scope is read, search or operate.")));
    }
    if (days != null && days < 1) {
      throw new ParameterException(spec.commandLine(), "--expires must be at least 1 day.");
    }
    Optional<Instant> expires =
        Optional.ofNullable(days)
            .map(d -> Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofDays(d)));
    try (Vectorkeeper keeper = parent.context().open()) {
      String token = keeper.tokens().create(name, wanted, expires).reveal();
      Set<String> names = wanted.stream().map(Scope::toString).collect(Collectors.toSet());
      say(json ? Json.of(new Created(name, names, expires, token)) : token);
      return 0;
    }
  }

  @Command(
      name = "list",
      description = "The tokens, without themselves.",
      mixinStandardHelpOptions = true)
  int list(@Option(names = "--json", description = "Print JSON.") boolean json) {
    try (Vectorkeeper keeper = parent.context().open()) {
      List<Token> tokens = keeper.tokens().list();
      if (json) {
        say(Json.of(tokens));
      } else if (tokens.isEmpty()) {
        say("No tokens. Make one with \"vectorkeeper token create NAME --scope read\".");
      } else {
        Table table = new Table("NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED");
        tokens.forEach(
            token ->
                table.row(
                    token.name(),
                    token.scopes().stream().map(Scope::toString).collect(Collectors.joining(" ")),
                    token.createdAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                    token.expiresAt().map(Instant::toString).orElse("never"),
                    token.usedAt().map(Instant::toString).orElse("never")));
        say(table.toString().stripTrailing());
      }
      return 0;
    }
  }

  @Command(
      name = "remove",
      description = "Removes a token; servers know of it within a second.",
      mixinStandardHelpOptions = true)
  int remove(@Parameters(paramLabel = "NAME", description = "Its name.") String name) {
    try (Vectorkeeper keeper = parent.context().open()) {
      keeper.tokens().remove(name);
      say("The token " + name + " is removed.");
      return 0;
    }
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
