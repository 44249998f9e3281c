package dev.vectorkeeper.examples.products;

import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The two services that serve the shop's model, both on loopback, and which has a key. */
final class Routes {
  private static final String OPENROUTER_KEY = "OPENROUTER_API_KEY";

  private final Stage stage;
  private final Shop shop;
  private final StrictVendorServer openRouter;
  private final StrictVendorServer openAi;

  Routes(Stage stage, Shop shop) {
    this.stage = stage;
    this.shop = shop;
    this.openRouter = stage.vendor("openrouter", Map.of("openai/text-embedding-3-small", 1536));
    this.openAi = stage.vendor("openai", Map.of("text-embedding-3-small", 1536));
    stage.env("OPENROUTER_BASE_URL", openRouter.baseUrl());
    stage.env("OPENAI_BASE_URL", openAi.baseUrl());
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
    stage.env("OPENAI_API_KEY", ofOpenAi);
  }

  /** The products' texts that a service was asked for, request by request. */
  List<List<String>> asked(StrictVendorServer service) {
    return service.requests().stream()
        .map(request -> request.texts().stream().filter(shop::sells).toList())
        .filter(texts -> !texts.isEmpty())
        .toList();
  }
}
