package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.demo.Demo;
import dev.vectorkeeper.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows the whole of it on real text. */
@Command(
    name = "demo",
    description =
        "Embeds WordNet's glosses in a PostgreSQL of its own, keeps them in step, and finds them again.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper demo                  about a minute; the second time seconds",
      "  vectorkeeper demo --rows 117000    all of WordNet",
      "  vectorkeeper demo --keep           leave the PostgreSQL running to look around",
      "  vectorkeeper demo --stop           stop one that was left running"
    })
final class DemoCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How many glosses (default: 20000).")
  private int rows;

  @Option(names = "--keep", description = "Leave the PostgreSQL running.")
  private boolean keep;

  @Option(
      names = "--stop",
      description = "Stop a PostgreSQL that was left running, and do nothing else.")
  private boolean stop;

  @Override
  public Integer call() throws Exception {
    Vectorkeeper.Directories directories = parent.context().demoDirectories();
    if (stop) {
      boolean stopped = EmbeddedPostgres.stop(directories.data());
      spec.commandLine()
          .getOut()
          .println(
              stopped
                  ? "The demo's PostgreSQL is stopped."
                  : "No PostgreSQL of the demo was running.");
      return 0;
    }
    if (rows < 2_000 || rows > 200_000) {
      throw new ParameterException(spec.commandLine(), "--rows must be from 2000 to 200000.");
    }
    Path file = directories.data().resolve("demo.yaml");
    return new Demo(spec.commandLine().getOut(), directories, file, parent.context().environment())
        .run(rows, keep);
  }
}
