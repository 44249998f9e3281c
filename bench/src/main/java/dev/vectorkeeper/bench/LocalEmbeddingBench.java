package dev.vectorkeeper.bench;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.local.LocalModel;
import dev.vectorkeeper.provider.local.LocalProvider;
import dev.vectorkeeper.provider.local.LocalRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The local provider against LangChain4j's {@code embedAll} with the same weights, in turns in one
 * process.
 */
final class LocalEmbeddingBench {
  private static final String MODEL = "bge-small-en-v1.5-q";
  private static final int TEXTS = 4_000;
  private static final int WARM_UP_TEXTS = 500;
  private static final int ROUNDS = 3;
  private static final double FASTER = 1.3;
  private static final double SAME = 0.9999;

  private final LocalProvider ours;
  private final BgeSmallEnV15QuantizedEmbeddingModel other;
  private final List<String> texts;
  private final List<TextSegment> segments;

  private LocalEmbeddingBench(
      LocalProvider ours, BgeSmallEnV15QuantizedEmbeddingModel other, List<String> texts) {
    this.ours = ours;
    this.other = other;
    this.texts = texts;
    this.segments = texts.stream().map(TextSegment::from).toList();
  }

  /**
   * Compares speed and vectors over 4,000 glosses.
   *
   * @param cacheDirectory where native libraries may be unpacked
   */
  static List<BenchLine> run(Path cacheDirectory) {
    return run(cacheDirectory, TEXTS, ROUNDS);
  }

  /** Compares speed and vectors over this many glosses in this many rounds of both. */
  static List<BenchLine> run(Path cacheDirectory, int texts, int rounds) {
    keepOtherLibraryIn(cacheDirectory);
    LocalRuntime runtime = LocalRuntime.in(cacheDirectory);
    try (LocalProvider ours = LocalProvider.open(LocalModel.bundled(MODEL), runtime)) {
      BgeSmallEnV15QuantizedEmbeddingModel other = new BgeSmallEnV15QuantizedEmbeddingModel();
      warmUp(ours, other);
      return new LocalEmbeddingBench(ours, other, Glosses.some(texts)).measure(rounds);
    }
  }

  /**
   * Runs alone: the cache directory, then texts and rounds where others than the usual are wanted.
   */
  public static void main(String[] arguments) {
    Path cache = Path.of(arguments.length > 0 ? arguments[0] : "target/bench-cache");
    int texts = arguments.length > 1 ? Integer.parseInt(arguments[1]) : TEXTS;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : ROUNDS;
    run(cache, texts, rounds).forEach(System.out::println);
  }

  /** Its loader would unpack into the home directory and report to its vendor. */
  private static void keepOtherLibraryIn(Path cacheDirectory) {
    System.setProperty("ENGINE_CACHE_DIR", cacheDirectory.toAbsolutePath().toString());
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private static void warmUp(LocalProvider ours, BgeSmallEnV15QuantizedEmbeddingModel other) {
    LocalEmbeddingBench bench = new LocalEmbeddingBench(ours, other, Glosses.some(WARM_UP_TEXTS));
    bench.embedOurs();
    bench.embedOther();
  }

  private List<BenchLine> measure(int rounds) {
    double[] ourSeconds = new double[rounds];
    double[] otherSeconds = new double[rounds];
    double[] ratios = new double[rounds];
    double leastCosine = 1;
    for (int round = 0; round < rounds; round++) {
      Timed<List<Embedding>> theirs = Timed.of(this::embedOther);
      Timed<List<float[]>> own = Timed.of(this::embedOurs);
      ourSeconds[round] = own.seconds();
      otherSeconds[round] = theirs.seconds();
      ratios[round] = theirs.seconds() / own.seconds();
      leastCosine = Math.min(leastCosine, leastCosine(own.result(), theirs.result()));
    }
    return List.of(
        new BenchLine(
            "local.speed",
            MODEL + " over " + texts.size() + " WordNet glosses, median of " + rounds + " rounds",
            textsPerSecond(Figures.median(ourSeconds)),
            textsPerSecond(Figures.median(otherSeconds)) + " (LangChain4j embedAll)",
            Figures.median(ratios),
            FASTER,
            true),
        new BenchLine(
            "local.cosine",
            "least cosine of our vector and the other's over all texts",
            String.format(Locale.ROOT, "%.7f", leastCosine),
            "1",
            leastCosine,
            SAME,
            true));
  }

  /** As the engine calls it: full requests, as many at a time as the provider says. */
  private List<float[]> embedOurs() {
    ExecutorService callers = Executors.newFixedThreadPool(ours.concurrency());
    try {
      int size = ours.limits().maxInputs();
      List<CompletableFuture<List<float[]>>> requests = new ArrayList<>();
      for (int from = 0; from < texts.size(); from += size) {
        List<String> part = texts.subList(from, Math.min(texts.size(), from + size));
        requests.add(
            CompletableFuture.supplyAsync(
                () -> ours.embed(part, TextSide.DOCUMENT).vectors(), callers));
      }
      return requests.stream().flatMap(request -> request.join().stream()).toList();
    } finally {
      callers.shutdown();
    }
  }

  private List<Embedding> embedOther() {
    return other.embedAll(segments).content();
  }

  private String textsPerSecond(double seconds) {
    return String.format(Locale.ROOT, "%.0f texts/s", texts.size() / seconds);
  }

  private static double leastCosine(List<float[]> ours, List<Embedding> others) {
    double least = 1;
    for (int i = 0; i < ours.size(); i++) {
      least = Math.min(least, cosine(ours.get(i), others.get(i).vector()));
    }
    return least;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double squaresOfA = 0;
    double squaresOfB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squaresOfA += (double) a[i] * a[i];
      squaresOfB += (double) b[i] * b[i];
    }
    return dot / Math.sqrt(squaresOfA * squaresOfB);
  }

  private record Timed<T>(T result, double seconds) {
    static <T> Timed<T> of(Supplier<T> work) {
      long start = System.nanoTime();
      T result = work.get();
      return new Timed<>(result, (System.nanoTime() - start) / 1e9);
    }
  }
}
