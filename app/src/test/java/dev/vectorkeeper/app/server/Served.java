package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.access.Scope;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;

/**
 * A server in this process over a test's database, called over real HTTP. Each answer is held
 * against the document.
 */
public final class Served implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  /** An answer. */
  public record Answer(int status, String body, HttpResponse<byte[]> response) {
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new IllegalStateException(body, e);
      }
    }

    String code() {
      return json().path("code").asText();
    }
  }

  private final Contract contract = Contract.load();
  private final Vectorkeeper keeper;
  private final Server server;
  private final HttpClient client = HttpClient.newHttpClient();
  private String previous = "nothing";

  private Served(Vectorkeeper keeper, Server server) {
    this.keeper = keeper;
    this.server = server;
  }

  /**
   * Applies a configuration and serves it.
   *
   * @param yaml all but the database
   * @param given providers of profiles with {@code provider: application}
   */
  public static Served of(
      TestDatabase test,
      String yaml,
      Map<String, String> environment,
      Map<String, EmbeddingProvider> given) {
    Configuration configuration =
        Configuration.parse(
            "vectorkeeper.yaml", "database: " + url(test) + "\n" + yaml, environment);
    Vectorkeeper keeper =
        Vectorkeeper.open(
            configuration,
            new Vectorkeeper.Directories(Path.of("unused"), Path.of("target/cache")),
            environment,
            given);
    keeper.apply();
    Server server = new Server(keeper, environment);
    server.start();
    return new Served(keeper, server);
  }

  static String url(TestDatabase test) {
    var properties = test.url().properties();
    return test.url().jdbcUrl()
        + "?user="
        + properties.getProperty("user")
        + "&password="
        + properties.getProperty("password");
  }

  public Vectorkeeper keeper() {
    return keeper;
  }

  /** Waits until the backfills that applying began are done, and the indexes there. */
  public void awaitReady(int collections) {
    await()
        .until(
            () ->
                keeper.catalog().liveCollections().stream()
                        .filter(c -> c.state() == Collection.State.READY)
                        .count()
                    == collections);
  }

  public String address() {
    return server.address();
  }

  /** A token with all scopes. */
  public String token() {
    return token("all" + System.nanoTime(), EnumSet.allOf(Scope.class));
  }

  String token(String name, EnumSet<Scope> scopes) {
    String token = keeper.tokens().create(name, scopes, Optional.empty()).reveal();
    return token;
  }

  public Answer get(String path, String... headers) {
    return send(request(path, headers).GET().build());
  }

  public Answer post(String path, String body, String... headers) {
    return send(
        request(path, headers)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  Answer send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
      Answer answer =
          new Answer(
              response.statusCode(),
              new String(response.body(), java.nio.charset.StandardCharsets.UTF_8),
              response);
      assertFits(request, answer);
      previous = request + " " + answer.status() + " " + answer.body();
      return answer;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(request + " after " + previous, e);
    }
  }

  HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(address() + path));
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    return builder;
  }

  /** An answer is one that the document knows, and of the form that it says. */
  private void assertFits(HttpRequest request, Answer answer) {
    Optional<JsonNode> operation = operation(request);
    if (operation.isEmpty()) {
      return;
    }
    JsonNode responses = operation.get().get("responses");
    JsonNode response = responses.path(Integer.toString(answer.status()));
    response = resolve(response.isMissingNode() ? responses.path("default") : response);
    assertThat(response.isMissingNode())
        .as("%s %s is answered with %d", request.method(), request.uri(), answer.status())
        .isFalse();
    String type = answer.response().headers().firstValue("Content-Type").orElse("").split(";")[0];
    JsonNode schema = response.path("content").path(type).path("schema");
    assertThat(schema.isMissingNode())
        .as("%s answers %s: %s", request.uri(), type, answer.body())
        .isFalse();
    if (type.endsWith("json")) {
      ObjectNode whole = JSON.createObjectNode();
      whole.set("components", contract.document().get("components"));
      whole.putArray("allOf").add(schema);
      assertThat(
              SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                  .getSchema(whole)
                  .validate(answer.json()))
          .as("%s: %s", request.uri(), answer.body())
          .isEmpty();
    }
  }

  private Optional<JsonNode> operation(HttpRequest request) {
    String[] parts = request.uri().getPath().split("/");
    JsonNode best = null;
    for (Map.Entry<String, JsonNode> path : contract.document().get("paths").properties()) {
      String[] template = path.getKey().split("/");
      boolean same = template.length == parts.length;
      for (int i = 0; same && i < parts.length; i++) {
        same = template[i].startsWith("{") || template[i].equals(parts[i]);
      }
      if (same && (best == null || !path.getKey().contains("{"))) {
        best = path.getValue();
      }
    }
    return Optional.ofNullable(best)
        .map(item -> item.get(request.method().toLowerCase(java.util.Locale.ROOT)));
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? contract.document().at(node.get("$ref").asText().substring(1)) : node;
  }

  @Override
  public void close() {
    server.close();
    keeper.close();
  }
}
