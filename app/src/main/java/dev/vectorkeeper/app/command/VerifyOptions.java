package dev.vectorkeeper.app.command;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.verify.CheckKind;
import dev.vectorkeeper.verify.VerificationOptions;
import dev.vectorkeeper.verify.VerificationOptions.LabelledPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What may be asked of a verification on the command line. */
final class VerifyOptions {
  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "200",
      description = "How many rows searches are tried with (default: ${DEFAULT-VALUE}).")
  private int sample;

  @Option(
      names = "--neighbours",
      paramLabel = "K",
      defaultValue = "10",
      description = "How many nearest rows are looked for (default: ${DEFAULT-VALUE}).")
  private int neighbours;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Decides which rows are the sample (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--limit",
      paramLabel = "CHECK=VALUE",
      description =
          "Another limit than the check's own, such as p95=500, recall=0.95 or truncated=0; may be repeated.")
  private Map<String, Double> limits = new LinkedHashMap<>();

  @Option(
      names = "--threshold",
      paramLabel = "SIMILARITY",
      description =
          "A similarity in the other space that is to be translated into this one; may be repeated.")
  private List<Double> thresholds = new ArrayList<>();

  @Option(
      names = "--pairs",
      paramLabel = "FILE",
      description =
          "Labelled pairs of rows, one a line: key,key,true or false. Keys of several columns as JSON arrays, between tabs instead of commas.")
  private @Nullable Path pairs;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description =
          "Write the report there as JSON, Markdown and a page with charts, and for verify a summary beside.")
  private @Nullable Path report;

  int neighbours() {
    return neighbours;
  }

  Optional<Path> report() {
    return Optional.ofNullable(report);
  }

  VerificationOptions options(Optional<String> against) {
    if (sample < 1 || neighbours < 1 || neighbours > 1_000) {
      throw new VectorkeeperException(
          "VK-C09", "--sample must be at least 1, --neighbours between 1 and 1,000.");
    }
    Map<CheckKind, Double> known = new EnumMap<>(CheckKind.class);
    limits.forEach((name, value) -> known.put(CheckKind.named(name), value));
    return new VerificationOptions(
        known, sample, neighbours, seed, against, thresholds, labelled());
  }

  private List<LabelledPair> labelled() {
    if (pairs == null) {
      return List.of();
    }
    try {
      List<LabelledPair> labelled = new ArrayList<>();
      int number = 0;
      for (String line : Files.readAllLines(pairs)) {
        number++;
        if (!line.isBlank()) {
          labelled.add(pair(line, number));
        }
      }
      return labelled;
    } catch (IOException e) {
      throw new VectorkeeperException(
          "VK-C09", "The pairs in %s cannot be read: %s.".formatted(pairs, e.getMessage()), e);
    }
  }

  private LabelledPair pair(String line, int number) {
    String[] parts = line.split(line.contains("\t") ? "\t" : ",", -1);
    if (parts.length != 3 || !parts[2].strip().matches("true|false")) {
      throw new VectorkeeperException(
          "VK-C09",
          "Line %d of %s is no labelled pair. Write key,key,true or key,key,false."
              .formatted(number, pairs));
    }
    return new LabelledPair(
        parts[0].strip(), parts[1].strip(), Boolean.parseBoolean(parts[2].strip()));
  }
}
