package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.adopt.AdoptionReport;
import dev.vectorkeeper.app.terminal.ImportText;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.importing.Adopting;
import dev.vectorkeeper.importing.ImportOptions;
import dev.vectorkeeper.importing.Proposal;
import dev.vectorkeeper.postgres.SqlName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Proposes the file that adopts a hand-made system's vectors, and carries it out if asked to. */
@Command(
    name = "import",
    description =
        "Finds vectors that a hand-made system left in the database and proposes the file that adopts them without"
            + " embedding them again. Changes nothing unless --adopt is given.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "What is printed is a configuration file; what follows it stands below as comments.",
      "",
      "Examples:",
      "  vectorkeeper import > vectorkeeper.yaml",
      "  vectorkeeper import --table questions --provider gemini --model text-embedding-004",
      "  vectorkeeper import --schema public --write vectorkeeper.yaml",
      "  vectorkeeper import --adopt --yes      write the file, apply it and adopt everything"
    })
final class ImportCommand implements Callable<Integer> {
  /** What scripts read of an import. */
  record Result(
      Proposal proposal,
      boolean complete,
      List<String> missing,
      Optional<String> refused,
      Optional<Path> file,
      List<AdoptionReport> adopted) {}

  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Option(names = "--schema", paramLabel = "SCHEMA", description = "Only tables of this schema.")
  private @Nullable String schema;

  @Option(names = "--table", paramLabel = "TABLE", description = "Only vectors in this table.")
  private @Nullable String table;

  @Option(
      names = "--provider",
      paramLabel = "PROVIDER",
      split = ",",
      description =
          "Who made the vectors, where the database does not say; several are routes to one model.")
  private List<String> providers = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The model that made the vectors, where the database does not say.")
  private @Nullable String model;

  @Option(
      names = "--probe",
      description =
          "Where it is not sure which text vectors are of, embed five rows under each and compare; --adopt does.")
  private boolean probe;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description = "Write the proposed file there; never over one that is there.")
  private @Nullable Path write;

  @Option(
      names = "--adopt",
      description =
          "Write the file (to --write, else to --config), apply it and adopt everything that it declares.")
  private boolean adopt;

  @Option(names = "--dry-run", description = "With --adopt: say what would change, and stop there.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "With --adopt: do not ask.")
  private boolean yes;

  @Option(names = "--json", description = "Print JSON; with --adopt it implies --yes.")
  private boolean json;

  @Override
  public Integer call() {
    ImportOptions options =
        new ImportOptions(
            Optional.ofNullable(schema),
            Optional.ofNullable(table).map(ImportCommand::named),
            providers,
            Optional.ofNullable(model));
    String database = parent.context().databaseLine();
    try (Vectorkeeper keeper = parent.context().openDatabase()) {
      Proposal proposal = keeper.importer(options, probe && !adopt).propose(database);
      if (!adopt) {
        return propose(proposal);
      }
      requireAdoptable(proposal);
      return adopt(keeper.importer(options, true).propose(database));
    }
  }

  private static SqlName named(String name) {
    return SqlName.parse(name)
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-C09", "--table \"%s\" is not a table's name.".formatted(name)));
  }

  private int propose(Proposal proposal) {
    Optional<String> refused = refusal(proposal);
    Optional<Path> file = Optional.ofNullable(write).map(path -> written(path, proposal));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          Json.of(
              new Result(
                  proposal, proposal.isComplete(), proposal.missing(), refused, file, List.of())));
    } else {
      out.print(file.isEmpty() ? proposal.yaml() + "\n" : "Wrote " + file.get() + ".\n");
      String before = file.isEmpty() ? "# " : "";
      ImportText.of(proposal).forEach(line -> out.println(before + line));
      refused.ifPresent(
          why -> out.println(before + "As it is, \"vectorkeeper apply\" would refuse it: " + why));
    }
    out.flush();
    proposal
        .missing()
        .forEach(
            what ->
                spec.commandLine().getErr().println("vectorkeeper: VK-I03 Not complete: " + what));
    return proposal.isComplete() && refused.isEmpty() ? 0 : 1;
  }

  /** What stands in the way of the proposed file; names that are made free first do not. */
  private Optional<String> refusal(Proposal proposal) {
    if (!proposal.isComplete() || !proposal.before().isEmpty()) {
      return Optional.empty();
    }
    try (Vectorkeeper keeper = parent.context().open(proposed("the proposed file", proposal))) {
      keeper.plan();
      return Optional.empty();
    } catch (VectorkeeperException e) {
      return Optional.of(e.code() + " " + e.getMessage());
    }
  }

  /** The proposed file, with the database that was read. */
  private Configuration proposed(String file, Proposal proposal) {
    return Configuration.parse(file, proposal.yaml(), parent.context().withDatabase());
  }

  private static Path written(Path file, Proposal proposal) {
    try {
      return Files.writeString(file, proposal.yaml(), StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw isThere(file);
    } catch (IOException e) {
      throw new VectorkeeperException(
          "VK-C03", "The file %s cannot be written: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static VectorkeeperException isThere(Path file) {
    return new VectorkeeperException(
        "VK-C06",
        "%s is there already; it was left as it is. Name another with --write.".formatted(file));
  }

  private void requireAdoptable(Proposal proposal) {
    if (!proposal.isComplete()) {
      throw new VectorkeeperException(
          "VK-I03", "Nothing was adopted: " + String.join(" ", proposal.missing()));
    }
    if (!proposal.before().isEmpty()) {
      throw new VectorkeeperException(
          "VK-I04",
          "Nothing was adopted: names that Vectorkeeper needs are taken. Make them free first: "
              + String.join(" ", proposal.before()));
    }
    if (Files.exists(target())) {
      throw isThere(target(), null);
    }
  }

  private Path target() {
    return write == null ? parent.context().file() : write;
  }

  private int adopt(Proposal proposal) {
    Path file = target();
    PrintWriter out =
        json ? new PrintWriter(PrintWriter.nullWriter()) : spec.commandLine().getOut();
    try (Vectorkeeper keeper = parent.context().open(proposed(file.toString(), proposal))) {
      Apply.Plan plan = keeper.plan();
      out.println(proposal.yaml());
      ApplyCommand.print(out, plan);
      if (dryRun || !(yes || json || ApplyCommand.confirmed(out))) {
        return dryRun ? 0 : 1;
      }
      written(file, proposal);
      out.println("Wrote " + file + ".");
      keeper.apply();
      List<AdoptionReport> reports = new ArrayList<>();
      for (Adopting adoption : proposal.adoptions()) {
        if (adoption.vectors() > 0) {
          adopted(keeper, adoption, reports);
        }
      }
      reports.forEach(report -> out.println(AdoptCommand.sentence(report, false)));
      ImportText.afterwards(proposal).forEach(out::println);
      if (json) {
        spec.commandLine()
            .getOut()
            .println(
                Json.of(
                    new Result(
                        proposal, true, List.of(), Optional.empty(), Optional.of(file), reports)));
      }
      return 0;
    }
  }

  /** Where a sample differs, no worker is to embed everything anew before somebody has looked. */
  private static void adopted(
      Vectorkeeper keeper, Adopting adoption, List<AdoptionReport> reports) {
    try {
      reports.add(
          keeper
              .adoption()
              .run(adoption.source(), Optional.of(adoption.profile()), adoption.options(), false));
    } catch (VectorkeeperException e) {
      if (e.code().equals("VK-O02")) {
        return;
      }
      keeper.backfills().pause(adoption.source(), Optional.of(adoption.profile()));
      throw new VectorkeeperException(
          e.code(),
          "%s The backfill of %s/%s is held; let it go on with \"vectorkeeper backfill resume %s\" when all is to be embedded anew."
              .formatted(e.getMessage(), adoption.source(), adoption.profile(), adoption.source()),
          e);
    }
  }
}
