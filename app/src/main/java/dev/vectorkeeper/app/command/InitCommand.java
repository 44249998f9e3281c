package dev.vectorkeeper.app.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Writes a configuration file to begin with. */
@Command(
    name = "init",
    description = "Writes a configuration file to begin with; never over one that is there.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  vectorkeeper init && $EDITOR vectorkeeper.yaml && vectorkeeper apply"
    })
final class InitCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path file = parent.context().file();
    try (InputStream example =
        Objects.requireNonNull(InitCommand.class.getResourceAsStream("/vectorkeeper-init.yaml"))) {
      Files.copy(example, file);
    } catch (FileAlreadyExistsException e) {
      spec.commandLine()
          .getErr()
          .println("vectorkeeper: VK-C06 " + file + " is there already; it was left as it is.");
      return 2;
    }
    spec.commandLine()
        .getOut()
        .println("Wrote " + file + ". Edit its source, then run \"vectorkeeper apply\".");
    return 0;
  }
}
