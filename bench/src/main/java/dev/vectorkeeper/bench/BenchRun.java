package dev.vectorkeeper.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all measurements of one run share; started when first asked for. */
final class BenchRun implements AutoCloseable {
  /** One measurement of the list that {@link Bench} knows. */
  interface Measurement {
    List<BenchLine> run(BenchRun run) throws SQLException, IOException;
  }

  private static final int QUICK = 10;

  private final Path cache;
  private final boolean quick;
  private @Nullable BenchServer server;
  private @Nullable Corpus corpus;

  /**
   * A run.
   *
   * @param cache where native libraries are unpacked
   * @param quick whether to do a tenth of everything, to see that it works
   */
  BenchRun(Path cache, boolean quick) {
    this.cache = cache;
    this.quick = quick;
  }

  Path cache() {
    return cache;
  }

  /** So many rows, changes or words; fewer in a quick run. */
  int rows(int full) {
    return quick ? full / QUICK : full;
  }

  /** So many rounds; fewer in a quick run. */
  int rounds(int full) {
    return quick ? Math.min(2, full) : full;
  }

  BenchDatabase database(String name) {
    if (server == null) {
      server = BenchServer.start();
    }
    return server.database(name);
  }

  /** Embedded entries, the same for all that ask. */
  Corpus corpus() {
    if (corpus == null) {
      corpus = Corpus.embed(this);
    }
    return corpus;
  }

  /** Tells people what is at hand; never part of the result. */
  static void say(String what) {
    System.err.println(what);
  }

  @Override
  public void close() {
    if (corpus != null) {
      corpus.close();
    }
    if (server != null) {
      server.close();
    }
  }
}
