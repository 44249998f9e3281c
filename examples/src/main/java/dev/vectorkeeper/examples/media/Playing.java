package dev.vectorkeeper.examples.media;

import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.Play;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Jina and OpenAI: played on the loopback interface, or the real ones where their key is set. */
final class Playing {
  private final Stage stage;
  private final Optional<StrictVendorServer> jina;
  private final Optional<StrictVendorServer> openai;

  private Playing(
      Stage stage, Optional<StrictVendorServer> jina, Optional<StrictVendorServer> openai) {
    this.stage = stage;
    this.jina = jina;
    this.openai = openai;
  }

  /** Jina's key is there at once, OpenAI's is not. */
  static Playing on(Stage stage) {
    Playing playing =
        new Playing(
            stage,
            play(stage, "jina", Map.of("jina-embeddings-v3", 1_024, "jina-embeddings-v4", 2_048)),
            play(
                stage,
                "openai",
                Map.of("text-embedding-3-small", 1_536, "text-embedding-3-large", 3_072)));
    playing.jina.ifPresent(server -> stage.env("JINA_EMBEDDINGS_URL", address(server)));
    playing.openai.ifPresent(server -> stage.env("OPENAI_EMBEDDINGS_URL", address(server)));
    playing.setKey("jina");
    stage.env(variable("openai"), "");
    return playing;
  }

  private static Optional<StrictVendorServer> play(
      Stage stage, String vendor, Map<String, Integer> models) {
    return stage.realKey(variable(vendor)).isPresent()
        ? Optional.empty()
        : Optional.of(stage.vendor(vendor, models));
  }

  private static String variable(String vendor) {
    return vendor.toUpperCase(Locale.ROOT) + "_API_KEY";
  }

  /** The address of requests in full. */
  static String address(StrictVendorServer server) {
    return server.baseUrl() + "/embeddings";
  }

  void setKey(String vendor) {
    stage.env(variable(vendor), stage.realKey(variable(vendor)).orElse(StrictVendorServer.KEY));
  }

  /** The loopback servers that are there. */
  List<StrictVendorServer> servers() {
    return java.util.stream.Stream.of(jina, openai).flatMap(Optional::stream).toList();
  }

  Optional<StrictVendorServer> openai() {
    return openai;
  }

  /**
   * Keeps OpenAI's answers back until what is returned is closed; the real one answers when it
   * does.
   */
  Held holdOpenAi() {
    CountDownLatch released = new CountDownLatch(1);
    openai.ifPresent(server -> server.script(request -> answered(released)));
    return released::countDown;
  }

  private static Play answered(CountDownLatch released) {
    try {
      released.await();
      return Play.ANSWER;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Play.SERVER_ERROR;
    }
  }

  /** A provider that keeps its answers back. */
  @FunctionalInterface
  interface Held extends AutoCloseable {
    @Override
    void close();
  }
}
