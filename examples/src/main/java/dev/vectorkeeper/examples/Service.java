package dev.vectorkeeper.examples;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code vectorkeeper serve} as a process of its own, and its callers. */
public final class Service implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("Serving at (\\S+?)[.,]? ");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Running running;
  private final String address;

  private Service(Running running) {
    this.running = running;
    await().until(() -> ADDRESS.matcher(output()).find() || !running.isAlive());
    Matcher matcher = ADDRESS.matcher(output());
    if (!matcher.find()) {
      throw new IllegalStateException(output());
    }
    this.address = matcher.group(1);
  }

  static Service start(Path configuration, Path cache, Map<String, String> environment)
      throws IOException {
    return new Service(Running.start(configuration, cache, environment, "serve"));
  }

  /** Where it listens. */
  public String address() {
    return address;
  }

  /** All that it printed. */
  public String output() {
    return running.output();
  }

  /** Asks for a path; headers by turns a name and a value. */
  public HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers).GET().build());
  }

  /** Posts JSON to a path. */
  public HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return send(
        request(path, headers)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** The JSON of an answer that is none of an error. */
  public static JsonNode json(HttpResponse<String> answer) throws IOException {
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path)).timeout(PATIENCE);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request;
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Ends it as a power cut would. */
  public void kill() {
    running.kill();
  }

  /** Asks it to end, and waits for that. */
  @Override
  public void close() {
    running.close();
  }
}
