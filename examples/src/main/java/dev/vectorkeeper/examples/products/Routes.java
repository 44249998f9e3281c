package dev.vectorkeeper.examples.products;

import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The two services that serve the shop's model, both on loopback, and which has a key. */
final class Routes {
  private static final String OPENROUTER_KEY = "OPENROUTER_API_KEY";
  private static final String OPENAI_KEY = "OPENAI_API_KEY";
  private static final String OPENROUTER_URL = "OPENROUTER_BASE_URL";
  private static final String OPENAI_URL = "OPENAI_BASE_URL";

  private final Stage stage;
  private final Shop shop;
  private final StrictVendorServer openRouter;
  private final StrictVendorServer openAi;

  Routes(Stage stage, Shop shop) {
    this.stage = stage;
    this.shop = shop;
    this.openRouter = stage.vendor("openrouter", Map.of("openai/text-embedding-3-small", 1536));
    this.openAi = stage.vendor("openai", Map.of("text-embedding-3-small", 1536));
    ofLoopback();
  }

  private void ofLoopback() {
    stage.env(OPENROUTER_URL, openRouter.baseUrl());
    stage.env(OPENAI_URL, openAi.baseUrl());
  }

  StrictVendorServer openRouter() {
    return openRouter;
  }

  StrictVendorServer openAi() {
    return openAi;
  }

  /** Both have a key. */
  void throughOpenRouter() {
    keys(StrictVendorServer.KEY, StrictVendorServer.KEY);
  }

  /** OpenRouter has none any more. */
  void throughOpenAi() {
    keys(null, StrictVendorServer.KEY);
  }

  /** OpenRouter's key lies somewhere else, and OpenAI has none. */
  void keyOfOpenRouter(String reference) {
    keys(reference, null);
  }

  private void keys(@Nullable String ofOpenRouter, @Nullable String ofOpenAi) {
    stage.env(OPENROUTER_KEY, ofOpenRouter);
    stage.env(OPENAI_KEY, ofOpenAi);
  }

  /** The products' texts that a service was asked for, request by request. */
  List<List<String>> asked(StrictVendorServer service) {
    return service.requests().stream()
        .map(request -> request.texts().stream().filter(shop::sells).toList())
        .filter(texts -> !texts.isEmpty())
        .toList();
  }

  /** The keys of real services that the caller has. */
  List<String> realKeys() {
    return Stream.of(OPENROUTER_KEY, OPENAI_KEY)
        .flatMap(name -> stage.realKey(name).stream())
        .toList();
  }

  /** Asks each real service that the caller has a key for; says what came back. */
  String askReal(Commands commands) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (String name : List.of(OPENROUTER_KEY, OPENAI_KEY)) {
      Optional<String> key = stage.realKey(name);
      if (key.isPresent()) {
        keys(null, null);
        stage.env(OPENROUTER_URL, null);
        stage.env(OPENAI_URL, null);
        stage.env(name, key.get());
        int dimensions = commands.json("provider", "test", "small").path("dimensions").asInt();
        seen.append("; by %s %,d dimensions".formatted(name, dimensions));
      }
    }
    ofLoopback();
    throughOpenRouter();
    return seen.toString();
  }
}
