package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.declare.ApplyScript;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Prints SQL for an administrator to review and run; changes nothing itself. */
@Command(
    name = "sql",
    description =
        "Prints SQL for an administrator to review and run instead, and changes nothing in the database.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(catalog | apply | triggers | views | pg-cron)",
    footer = {
      "",
      "Examples:",
      "  vectorkeeper sql catalog > 1.sql      the catalog, where there is none yet",
      "  vectorkeeper sql apply > 2.sql        all that \"apply\" would run now",
      "  psql -v ON_ERROR_STOP=1 -f 2.sql shop",
      "  vectorkeeper sql triggers entries     what captures changes of one source",
      "  vectorkeeper sql pg-cron entries --cron '*/10 * * * *' --with http"
    })
final class SqlCommand implements Runnable {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say catalog, apply, triggers, views or pg-cron.");
  }

  @Command(
      name = "catalog",
      description =
          "What makes the catalog in schema vectorkeeper or brings it up to date, with pgvector where it is missing.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  vectorkeeper sql catalog | psql -v ON_ERROR_STOP=1 shop"})
  int catalog() {
    return print(ApplyScript::catalog);
  }

  @Command(
      name = "apply",
      description =
          "All that \"vectorkeeper apply\" would run now, in its order and its transactions. It is for this database and"
              + " role alone, and stops where the catalog has changed since.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  vectorkeeper sql apply > apply.sql"})
  int apply() {
    return print(ApplyScript::apply);
  }

  @Command(
      name = "triggers",
      description =
          "What captures changes, there already or not: change logs, views of texts, trigger functions, triggers.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  vectorkeeper sql triggers entries"})
  int triggers(
      @Parameters(arity = "0..1", paramLabel = "SOURCE", description = "Of one source only.")
          @Nullable String source) {
    return print(script -> script.triggers(Optional.ofNullable(source)));
  }

  @Command(
      name = "views",
      description =
          "What stands beside the tables, there already or not: tables and views of vectors, search functions, and without"
              + " SOURCE the settings. Vector indexes are not among it: workers build them after the load.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  vectorkeeper sql views entries"})
  int views(
      @Parameters(arity = "0..1", paramLabel = "SOURCE", description = "Of one source only.")
          @Nullable String source) {
    return print(script -> script.views(Optional.ofNullable(source)));
  }

  @Command(
      name = "pg-cron",
      description =
          "What has pg_cron call the Vectorkeeper server for a source. The server's token is read from Supabase's Vault at"
              + " each call.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Examples:",
        "  vectorkeeper sql pg-cron entries",
        "  vectorkeeper sql pg-cron entries --url https://vk.example --cron '30 seconds'"
      })
  int pgCron(
      @Parameters(paramLabel = "SOURCE", description = "The source's name.") String source,
      @Mixin PgCronOptions options) {
    parent.context().configuration().requireSource(source);
    print(options.job(source).sql());
    return 0;
  }

  private int print(Function<ApplyScript, String> sql) {
    try (Vectorkeeper keeper = parent.context().open()) {
      print(sql.apply(keeper.script()));
      return 0;
    }
  }

  private void print(String sql) {
    spec.commandLine().getOut().print(sql);
    spec.commandLine().getOut().flush();
  }
}
