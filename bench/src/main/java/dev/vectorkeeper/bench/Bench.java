package dev.vectorkeeper.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs all measurements, or those that are named, and prints their ratios as a Markdown table. The
 * exit status is 0 when every required ratio is met, 1 when one is not, 2 for wrong use.
 */
public final class Bench {
  private static final String USAGE =
      "usage: bench [--out FILE] [--quick] [NAME…], with the names ";

  /** All measurements in the order in which they run. */
  private static final Map<String, BenchRun.Measurement> ALL = new LinkedHashMap<>();

  static {
    ALL.put("local", run -> LocalEmbeddingBench.run(run.cache()));
    ALL.put("reading", run -> AnswerReadingBench.run());
    ALL.put("triggers", TriggerBench::run);
    ALL.put("clients", ClientBench::run);
    ALL.put("store", StoreBench::run);
    ALL.put("ways", StoreWaysBench::run);
    ALL.put("queue", QueueBench::run);
    ALL.put("remote", RemoteBench::run);
    ALL.put("quota", QuotaBench::run);
    ALL.put("quality", QualityBench::run);
    ALL.put("freshness", FreshnessBench::run);
    ALL.put("search", SearchBench::run);
    ALL.put("backfill", BackfillBench::run);
    ALL.put("index", IndexLoadBench::run);
  }

  private Bench() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    List<String> names = new ArrayList<>();
    Path out = null;
    boolean quick = false;
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--quick")) {
        quick = true;
      } else if (arguments[i].equals("--out") && i + 1 < arguments.length) {
        out = Path.of(arguments[++i]);
      } else if (ALL.containsKey(arguments[i])) {
        names.add(arguments[i]);
      } else {
        System.err.println(USAGE + String.join(", ", ALL.keySet()));
        System.exit(2);
      }
    }
    List<BenchLine> lines = run(names.isEmpty() ? List.copyOf(ALL.keySet()) : names, quick);
    String table = Report.markdown(lines);
    System.out.print(table);
    if (out != null) {
      Files.writeString(out, table);
    }
    System.exit(lines.stream().allMatch(BenchLine::holds) ? 0 : 1);
  }

  private static List<BenchLine> run(List<String> names, boolean quick)
      throws SQLException, IOException {
    List<BenchLine> lines = new ArrayList<>();
    try (BenchRun run =
        new BenchRun(
            Path.of(System.getProperty("vectorkeeper.bench.cache", "target/bench-cache")), quick)) {
      for (Map.Entry<String, BenchRun.Measurement> entry : ALL.entrySet()) {
        if (names.contains(entry.getKey())) {
          BenchRun.say("measuring " + entry.getKey() + " …");
          List<BenchLine> measured = entry.getValue().run(run);
          measured.forEach(line -> BenchRun.say(line.toString()));
          lines.addAll(measured);
        }
      }
    }
    return lines;
  }
}
