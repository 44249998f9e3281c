package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Vectorkeeper;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Lifts the pause of a profile. */
@Command(
    name = "resume",
    description = "Lifts the pause of a profile, once what paused it is mended.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  vectorkeeper resume openai"})
final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PROFILE", description = "The profile's name.")
  private String profile;

  @Override
  public Integer call() {
    try (Vectorkeeper keeper = parent.context().open()) {
      boolean resumed = keeper.catalog().resume(profile);
      spec.commandLine()
          .getOut()
          .println(
              resumed
                  ? "The profile " + profile + " is resumed."
                  : "The profile " + profile + " was not paused.");
      return 0;
    }
  }
}
