package dev.vectorkeeper.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A service on loopback that speaks the wire of OpenAI's embeddings: it takes a time over each
 * request, answers with vectors that lie ready, and keeps to a quota where it has one. It stands
 * for the vendor's side in measurements and makes as little work of it as it can.
 */
final class EmbeddingService implements AutoCloseable {
  private static final int READY = 64;
  private static final int CHARACTERS_A_TOKEN = 4;
  private static final Encoding ENCODING =
      Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Duration wait;
  private final @Nullable TokenQuota quota;
  private final List<byte[]> base64 = new ArrayList<>();
  private final List<byte[]> numbers = new ArrayList<>();

  private EmbeddingService(
      HttpServer server, Duration wait, int dimensions, @Nullable TokenQuota quota) {
    this.server = server;
    this.wait = wait;
    this.quota = quota;
    Random random = new Random(1);
    for (int i = 0; i < READY; i++) {
      float[] vector = InstantProvider.vector(random, dimensions);
      base64.add(('"' + base64(vector) + '"').getBytes(StandardCharsets.US_ASCII));
      numbers.add(numbers(vector).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /**
   * Starts one on a free port.
   *
   * @param wait what it takes over a request
   * @param quota the tokens that it gives away, or null where it gives all
   */
  static EmbeddingService start(Duration wait, int dimensions, @Nullable TokenQuota quota) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
      EmbeddingService service = new EmbeddingService(server, wait, dimensions, quota);
      server.createContext("/v1/embeddings", service::answer);
      server.setExecutor(service.threads);
      server.start();
      return service;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What stands before {@code /embeddings}. */
  String baseUrl() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  /** Counted only where they matter: that takes longer than all else here. */
  private int tokens(List<String> texts) {
    return quota == null
        ? texts.stream().mapToInt(text -> 1 + text.length() / CHARACTERS_A_TOKEN).sum()
        : texts.stream().mapToInt(ENCODING::countTokens).sum();
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static String numbers(float[] vector) {
    StringJoiner joined = new StringJoiner(",", "[", "]");
    for (float number : vector) {
      joined.add(Float.toString(number));
    }
    return joined.toString();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      List<String> inputs = new ArrayList<>();
      request.path("input").forEach(input -> inputs.add(input.asText()));
      int tokens = tokens(inputs);
      exchange.getResponseHeaders().set("content-type", "application/json");
      if (quota != null) {
        TokenQuota.Verdict verdict = quota.ask(tokens);
        headers(exchange, quota, verdict);
        if (!verdict.granted()) {
          LockSupport.parkNanos(wait.toNanos() / 10);
          send(exchange, 429, TOO_MANY.getBytes(StandardCharsets.US_ASCII));
          return;
        }
      }
      byte[] body =
          body(
              inputs.size(),
              tokens,
              request.path("encoding_format").asText().equals("base64") ? base64 : numbers);
      LockSupport.parkNanos(wait.toNanos());
      send(exchange, 200, body);
    }
  }

  private static final String TOO_MANY =
      """
      {"error": {"message": "Rate limit reached for tokens per min.", "type": "tokens", "code": "rate_limit_exceeded"}}
      """;

  /** OpenAI's: what is left, and how long until all of it is back. */
  private static void headers(HttpExchange exchange, TokenQuota quota, TokenQuota.Verdict verdict) {
    var headers = exchange.getResponseHeaders();
    headers.set("x-ratelimit-limit-tokens", Long.toString(quota.perMinute()));
    headers.set("x-ratelimit-remaining-tokens", Long.toString(verdict.left()));
    headers.set(
        "x-ratelimit-reset-tokens",
        String.format(Locale.ROOT, "%dms", verdict.untilFull().toMillis()));
    if (!verdict.granted()) {
      headers.set("retry-after-ms", Long.toString(verdict.untilEnough().toMillis() + 1));
    }
  }

  private static byte[] body(int inputs, int tokens, List<byte[]> vectors) {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(inputs * (vectors.get(0).length + 60) + 200);
    out.writeBytes("{\"object\":\"list\",\"data\":[".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < inputs; i++) {
      String before =
          (i == 0 ? "" : ",") + "{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":";
      out.writeBytes(before.getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(vectors.get(i % vectors.size()));
      out.write('}');
    }
    String after =
        "],\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":%d,\"total_tokens\":%d}}"
            .formatted(tokens, tokens);
    out.writeBytes(after.getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
