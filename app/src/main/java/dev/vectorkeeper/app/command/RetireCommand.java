package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.migrate.MigrationListener;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Drops a collection that is not the active one. */
@Command(
    name = "retire",
    description =
        "Drops a collection that is not the active one: its vectors, index and part of the views. To take a profile out of the"
            + " file alone drops nothing. \"migrate retire\" ends a migration so.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper retire articles --profile trial --dry-run",
      "  vectorkeeper retire articles --profile trial --archive trial.csv.gz"
    })
final class RetireCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SOURCE", description = "The source's name.")
  private String source;

  @Option(
      names = "--profile",
      required = true,
      paramLabel = "PROFILE",
      description = "The profile whose collection is dropped.")
  private String profile = "";

  @Option(
      names = "--archive",
      paramLabel = "FILE",
      description = "Write the vectors there first, as compressed CSV.")
  private @Nullable Path archive;

  @Option(names = "--dry-run", description = "Check, and drop nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    try (Vectorkeeper keeper = parent.context().open()) {
      Collection collection =
          keeper
              .migrator(MigrationListener.NONE)
              .retire(source, profile, Optional.ofNullable(archive), dryRun);
      spec.commandLine()
          .getOut()
          .println(
              json
                  ? Json.of(
                      Map.of(
                          "source", source,
                          "profile", profile,
                          "table", collection.table().toString(),
                          "dropped", !dryRun))
                  : "The collection %s with its table %s %s."
                      .formatted(
                          collection,
                          collection.table(),
                          dryRun ? "can be dropped; nothing was" : "is dropped"));
      return 0;
    }
  }
}
