package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Vectorkeeper;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Stops embedding under a profile. */
@Command(
    name = "pause",
    description =
        "Embeds nothing under a profile until it is resumed; changes wait, other profiles go on.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  vectorkeeper pause openai"})
final class PauseCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PROFILE", description = "The profile's name.")
  private String profile;

  @Override
  public Integer call() {
    try (Vectorkeeper keeper = parent.context().open()) {
      boolean paused = keeper.catalog().pause(profile);
      spec.commandLine()
          .getOut()
          .println(
              paused
                  ? "The profile " + profile + " is paused."
                  : "The profile " + profile + " was paused already.");
      return 0;
    }
  }
}
