package dev.vectorkeeper.app.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven by its DevTools protocol. What goes wrong in the page
 * is remembered.
 */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path profile;
  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger number = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private final List<String> faults = new CopyOnWriteArrayList<>();

  private Browser(Path program) throws IOException {
    this.profile = Files.createTempDirectory("vk-browser");
    this.process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--hide-scrollbars",
                "--disable-background-networking",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    HttpClient client = HttpClient.newHttpClient();
    this.socket =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create(page(client)), new Listener())
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", JSON.createObjectNode());
    }
  }

  /** The program, where it is installed. */
  static Optional<Path> program() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Browser start() {
    try {
      return new Browser(program().orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where its page is spoken to; the browser writes its port into its profile. */
  private String page(HttpClient client) {
    Path file = profile.resolve("DevToolsActivePort");
    await().atMost(PATIENCE).until(() -> Files.exists(file) && Files.readAllLines(file).size() > 1);
    try {
      URI list =
          URI.create("http://127.0.0.1:%s/json/list".formatted(Files.readAllLines(file).get(0)));
      JsonNode pages =
          JSON.readTree(
              client.send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString()).body());
      for (JsonNode page : pages) {
        if (page.path("type").asText().equals("page")) {
          return page.get("webSocketDebuggerUrl").asText();
        }
      }
      throw new IllegalStateException("no page in " + pages);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        heard(text.toString());
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }
  }

  private void heard(String message) {
    try {
      JsonNode said = JSON.readTree(message);
      if (said.has("id")) {
        asked.remove(said.get("id").asInt()).complete(said);
      } else if (said.path("method").asText().equals("Runtime.exceptionThrown")) {
        faults.add(said.at("/params/exceptionDetails").toString());
      } else if (said.path("method").asText().equals("Log.entryAdded")
          && said.at("/params/entry/level").asText().equals("error")) {
        faults.add(said.at("/params/entry/text").asText() + said.at("/params/entry/url").asText());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode call(String method, ObjectNode parameters) {
    int id = number.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    asked.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", parameters);
    socket.sendText(message.toString(), true).join();
    JsonNode said = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertThat(said.has("error")).as("%s: %s", method, said).isFalse();
    return said.get("result");
  }

  /** Opens an address anew. */
  void open(String address) {
    call("Page.navigate", JSON.createObjectNode().put("url", "about:blank"));
    call("Page.navigate", JSON.createObjectNode().put("url", address));
    awaitTrue("document.readyState === 'complete'");
  }

  /** Opens another view of the page that is shown. */
  void go(String hash) {
    run("location.hash = '%s'".formatted(hash));
  }

  /** What an expression is worth. */
  JsonNode run(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            JSON.createObjectNode()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("returnByValue", true)
                .put("userGesture", true));
    assertThat(answer.has("exceptionDetails")).as("%s: %s", expression, answer).isFalse();
    return answer.at("/result/value");
  }

  void awaitTrue(String expression) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(40))
        .failFast(() -> !process.isAlive())
        .untilAsserted(
            () ->
                assertThat(run(expression).asBoolean())
                    .as("%s in: %s", expression, text())
                    .isTrue());
  }

  /** Waits until the page shows a text. */
  void awaitText(String text) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(40))
        .untilAsserted(() -> assertThat(text()).contains(text));
  }

  /** What the page shows. */
  String text() {
    return run("document.body.innerText").asText();
  }

  /** Presses the first button of a label that can be pressed, in a dialog where one is open. */
  void press(String label) {
    String button =
        "[...(document.querySelector('dialog[open]') ?? document).querySelectorAll('button')].find(b => b.innerText.trim() === '%s' && !b.disabled)"
            .formatted(label);
    awaitTrue("Boolean(%s)".formatted(button));
    run(button + ".click()");
  }

  /** Types into a field, as a person would. */
  void type(String selector, String text) {
    run("document.querySelector('%s').focus()".formatted(selector));
    call("Input.insertText", JSON.createObjectNode().put("text", text));
  }

  /** Presses the key Tab. */
  void tab() {
    for (String type : List.of("rawKeyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          JSON.createObjectNode()
              .put("type", type)
              .put("key", "Tab")
              .put("code", "Tab")
              .put("windowsVirtualKeyCode", 9));
    }
  }

  /** Cuts the network, or gives it back. */
  void offline(boolean cut) {
    call(
        "Network.emulateNetworkConditions",
        JSON.createObjectNode()
            .put("offline", cut)
            .put("latency", 0)
            .put("downloadThroughput", -1)
            .put("uploadThroughput", -1));
  }

  /** Shows the page as wide and in these colours. */
  void look(int width, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        JSON.createObjectNode()
            .put("width", width)
            .put("height", 900)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
    ObjectNode media = JSON.createObjectNode();
    media
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", dark ? "dark" : "light");
    call("Emulation.setEmulatedMedia", media);
  }

  /** Puts what is shown, all of its height, into a file. */
  void picture(Path file) throws IOException {
    ObjectNode options = JSON.createObjectNode().put("captureBeyondViewport", true);
    JsonNode size = call("Page.getLayoutMetrics", JSON.createObjectNode()).get("cssContentSize");
    options
        .putObject("clip")
        .put("x", 0)
        .put("y", 0)
        .put("scale", 1)
        .put("width", size.get("width").asDouble())
        .put("height", size.get("height").asDouble());
    byte[] png =
        Base64.getDecoder().decode(call("Page.captureScreenshot", options).get("data").asText());
    Files.createDirectories(file.getParent());
    Files.write(file, png);
  }

  /** Errors of scripts, and what the content security policy or the network refused. */
  List<String> faults() {
    return faults;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
