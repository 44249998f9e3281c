package dev.vectorkeeper.examples.questions;

import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.Secret;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.remote.Play;
import dev.vectorkeeper.provider.remote.ReceivedRequest;
import dev.vectorkeeper.provider.remote.RemoteProvider;
import dev.vectorkeeper.provider.remote.RemoteSettings;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Who embeds. The old model lives on loopback only, as Google has shut it down; the new one does,
 * too, unless there is a real key.
 */
final class Provider implements AutoCloseable {
  private static final String KEY = "GEMINI_API_KEY";

  /** Requests of live changes have no more texts than this, those of the filling have more. */
  private static final int FEW = 8;

  private final Stage stage;
  private final StrictVendorServer server;
  private final Optional<String> realKey;
  private final Set<String> late = new HashSet<>();
  private final Map<Model, RemoteProvider> clients = new ConcurrentHashMap<>();

  Provider(Stage stage) {
    this.stage = stage;
    this.server = stage.vendor("gemini", Map.of(Model.OLD.name(), 768, Model.NEW.name(), 3_072));
    this.realKey = stage.realKey(KEY);
    stage.env("OLD_MODEL_URL", server.baseUrl());
    stage.env("OLD_MODEL_KEY", StrictVendorServer.KEY);
    stage.env(KEY, realKey.orElse(StrictVendorServer.KEY));
    if (realKey.isEmpty()) {
      stage.env("GEMINI_EMBEDDINGS_URL", server.baseUrl());
    }
  }

  /** The vector that a model makes of a text, for the application, which asks by itself. */
  float[] vector(Model model, String text) {
    return clients
        .computeIfAbsent(model, this::client)
        .embed(List.of(text), TextSide.DOCUMENT)
        .vectors()
        .get(0);
  }

  private RemoteProvider client(Model model) {
    boolean real = model.equals(Model.NEW) && realKey.isPresent();
    return RemoteProvider.open(
        RemoteSettings.of("gemini", model.name())
            .dimensions(model.dimensions())
            .task("SEMANTIC_SIMILARITY")
            .apiKey(Secret.of(real ? realKey.get() : StrictVendorServer.KEY))
            .baseUrl(real ? null : server.baseUrl())
            .build());
  }

  /** Whether failures can be played. */
  boolean isPlayed() {
    return realKey.isEmpty();
  }

  /**
   * From now on the new model refuses some texts, and lets wait whoever sends some others among
   * many.
   */
  void play(Set<String> refuses, Set<String> lateTexts) {
    late.addAll(lateTexts);
    server.script(
        request -> {
          if (!isOf(Model.NEW, request)) {
            return Play.ANSWER;
          }
          if (request.texts().size() > FEW) {
            awaitAnswer(request.texts().stream().map(String::strip).toList());
          }
          return request.texts().stream().map(String::strip).anyMatch(refuses::contains)
              ? Play.INVALID_INPUT
              : Play.ANSWER;
        });
  }

  private void awaitAnswer(List<String> texts) {
    synchronized (late) {
      try {
        while (texts.stream().anyMatch(late::contains)) {
          late.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whoever waits for an answer to these gets it. */
  void answer(Set<String> texts) {
    synchronized (late) {
      late.removeAll(texts);
      late.notifyAll();
    }
  }

  /** It refuses nothing any more. */
  void refuseNothing() {
    server.script(request -> Play.ANSWER);
  }

  /** There is no old model any more. */
  void shutOldModelDown() {
    server.forgets(Model.OLD.name());
  }

  /** The texts that the new model was asked for since the first so many requests. */
  Set<String> asked(int since) {
    return server.requests().stream()
        .skip(since)
        .filter(request -> isOf(Model.NEW, request))
        .flatMap(request -> request.texts().stream())
        .map(String::strip)
        .collect(Collectors.toSet());
  }

  /** All requests that came to the loopback provider. */
  int requests() {
    return server.requests().size();
  }

  /** All requests that Vectorkeeper sent, to whomever, as it counts them itself. */
  long counted() {
    return stage.number("select coalesce(sum(requests), 0) from vectorkeeper.profile_usage");
  }

  private static boolean isOf(Model model, ReceivedRequest request) {
    return request.target().contains("/" + model.name() + ":");
  }

  @Override
  public void close() {
    clients.values().forEach(RemoteProvider::close);
  }
}
