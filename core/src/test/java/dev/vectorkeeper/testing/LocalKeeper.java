package dev.vectorkeeper.testing;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.worker.Drain;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** The product on a test's database, with two real models that run in the process. */
public final class LocalKeeper {
  /** The two profiles: both have 384 dimensions, and spaces of their own. */
  public static final String PROFILES =
      """
      profiles:
        minilm: {provider: local, model: all-minilm-l6-v2-q}
        bge: {provider: local, model: bge-small-en-v1.5-q}
      """;

  private LocalKeeper() {}

  /** Opens it; the caller applies. */
  public static Vectorkeeper open(TestDatabase test, String sources) {
    Properties user = test.url().properties();
    String yaml =
        "database: \"%s?user=%s&password=%s\"\n"
                .formatted(
                    test.url().jdbcUrl(),
                    user.getProperty("user"),
                    user.getProperty("password", ""))
            + PROFILES
            + "sources:\n"
            + sources;
    Path target = Path.of("target").toAbsolutePath();
    return Vectorkeeper.open(
        Configuration.parse("test.yaml", yaml, Map.of()),
        new Vectorkeeper.Directories(target.resolve("data"), target.resolve("local-models")),
        Map.of());
  }

  /** Does all that is to be done now. */
  public static void drain(Vectorkeeper keeper) {
    try (Drain drain = keeper.drain()) {
      drain.run(keeper.catalog().liveCollections());
    }
  }
}
