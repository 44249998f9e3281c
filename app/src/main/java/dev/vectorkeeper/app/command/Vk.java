package dev.vectorkeeper.app.command;

import dev.vectorkeeper.VectorkeeperException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program itself: what stands before a command. */
@Command(
    name = "vectorkeeper",
    description = "Keeps vector embeddings in PostgreSQL true to the rows that they describe.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  vectorkeeper init                          write a vectorkeeper.yaml to begin with",
      "  vectorkeeper apply                         make true what the file declares",
      "  vectorkeeper worker                        keep vectors in step until stopped",
      "  vectorkeeper search entries \"a large cat\"  find rows by what they mean",
      "",
      "Exit status: 0 done, 1 something failed, 2 wrong use or configuration."
    },
    subcommands = {
      InitCommand.class,
      ApplyCommand.class,
      SqlCommand.class,
      StatusCommand.class,
      WorkerCommand.class,
      ServeCommand.class,
      BackfillCommand.class,
      SearchCommand.class,
      SwitchCommand.class,
      VerifyCommand.class,
      AdoptCommand.class,
      ImportCommand.class,
      MigrateCommand.class,
      RetireCommand.class,
      FailuresCommand.class,
      ScheduleCommand.class,
      TokenCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      ProviderCommand.class,
      SecretsCommand.class,
      DoctorCommand.class,
      DemoCommand.class,
      VersionCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Vk implements Runnable {
  @Mixin private final Context context;

  @Spec private CommandSpec spec;

  private Vk(Context context) {
    this.context = context;
  }

  /** The command line, with the environment that configuration files may refer to. */
  public static CommandLine commandLine(Map<String, String> environment) {
    CommandLine line = new CommandLine(new Vk(new Context(environment)));
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setParameterExceptionHandler(Vk::wrongUse);
    line.setExecutionExceptionHandler(Vk::failed);
    line.setUsageHelpAutoWidth(true);
    line.setAbbreviatedSubcommandsAllowed(false);
    return line;
  }

  /** What the commands share. */
  Context context() {
    return context;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  private static int wrongUse(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    line.getErr().println("vectorkeeper: " + e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, line.getErr())) {
      line.getErr().println("Try \"" + line.getCommandSpec().qualifiedName() + " --help\".");
    }
    line.getErr().flush();
    return 2;
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult result) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof VectorkeeperException known) {
      line.getErr().println("vectorkeeper: " + known.code() + " " + message);
      line.getErr().flush();
      return known.code().startsWith("VK-C") ? 2 : 1;
    }
    line.getErr().println("vectorkeeper: VK-X01 Something failed that was not foreseen: " + e);
    if (System.getenv("VECTORKEEPER_TRACE") != null) {
      e.printStackTrace(line.getErr());
    } else {
      line.getErr().println("Set VECTORKEEPER_TRACE=1 to see where.");
    }
    line.getErr().flush();
    return 1;
  }
}
