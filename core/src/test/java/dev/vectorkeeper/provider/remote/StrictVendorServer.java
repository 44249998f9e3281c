package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A vendor's service on the loopback interface. It refuses what the vendor would refuse, answers
 * with vectors that tell their text ({@link TextVectors}), and plays any failure that it is told
 * to. Written on plain sockets, so that it can break connections as well.
 *
 * <pre>{@code
 * try (var server = StrictVendorServer.start("openai", 16);
 *     var provider = RemoteProvider.open(server.settings().build())) {
 *   server.next(Play.SERVER_ERROR);
 *   ...
 * }
 * }</pre>
 */
public final class StrictVendorServer implements AutoCloseable {

  /** How long a 429 with a time asks to wait. */
  public static final int RETRY_SECONDS = 7;

  /** A key that must turn up nowhere but in the headers of requests. */
  public static final String KEY = "sk-canary-4f1d0c6b9a7e4d52-do-not-show";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final VendorRules rules;
  private final int dimensions;
  private final ServerSocket socket;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "strict-vendor");
            thread.setDaemon(true);
            return thread;
          });
  private final Thread acceptor = new Thread(this::accept, "strict-vendor");
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final Queue<Play> queued = new ArrayDeque<>();
  private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger mostInFlight = new AtomicInteger();
  private volatile Function<ReceivedRequest, Play> script = request -> Play.ANSWER;
  private final Map<String, Integer> known = new ConcurrentHashMap<>();
  private volatile ModelVectors vectors = TextVectors::of;
  private volatile Duration latency = Duration.ZERO;
  private volatile RequestLimits limits;
  private volatile List<String> headers = List.of();

  private StrictVendorServer(VendorRules rules, int dimensions, ServerSocket socket) {
    this.rules = rules;
    this.dimensions = dimensions;
    this.socket = socket;
    this.limits = rules.limits();
  }

  /**
   * Starts a server on a free port.
   *
   * @param vendor a vendor's name
   * @param dimensions the components of its model's vectors where a request names none
   */
  public static StrictVendorServer start(String vendor, int dimensions) {
    try {
      ServerSocket socket = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
      StrictVendorServer server =
          new StrictVendorServer(VendorRules.of(vendor), dimensions, socket);
      server.acceptor.setDaemon(true);
      server.acceptor.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Settings that reach this server with the right key, model and dimensions. */
  public RemoteSettingsBuilder settings() {
    RemoteSettingsBuilder builder =
        RemoteSettings.of(rules.name(), rules.model()).baseUrl(baseUrl()).dimensions(dimensions);
    if (rules.needsKey()) {
      builder.apiKey(Secret.of(KEY));
    }
    return builder;
  }

  /** What stands before the vendor's own path. */
  public String baseUrl() {
    return "http://127.0.0.1:" + socket.getLocalPort() + rules.basePath();
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** The model that this server knows. */
  public String model() {
    return rules.model();
  }

  /** Plays these with the next requests, one each, before the script goes on. */
  public StrictVendorServer next(Play... plays) {
    synchronized (queued) {
      queued.addAll(List.of(plays));
    }
    return this;
  }

  /** Decides on every request that nothing is queued for. */
  public StrictVendorServer script(Function<ReceivedRequest, Play> decides) {
    this.script = decides;
    return this;
  }

  /**
   * Knows another model as well.
   *
   * @param model its name, as requests give it
   * @param components of its vectors where a request names none
   */
  public StrictVendorServer knows(String model, int components) {
    known.put(model, components);
    return this;
  }

  /** Knows a model no more, as after its shutdown. */
  public StrictVendorServer forgets(String model) {
    known.remove(model);
    return this;
  }

  /** Answers with these vectors, instead of such as only tell their text. */
  public StrictVendorServer vectors(ModelVectors made) {
    this.vectors = made;
    return this;
  }

  /** How long every answer takes. */
  public StrictVendorServer latency(Duration time) {
    this.latency = time;
    return this;
  }

  /** Other limits than the vendor's. */
  public StrictVendorServer limits(RequestLimits other) {
    this.limits = other;
    return this;
  }

  /** Header lines that every answer carries, as {@code x-ratelimit-remaining-tokens: 7}. */
  public StrictVendorServer headers(String... lines) {
    this.headers = List.of(lines);
    return this;
  }

  /** Every request to embed, in the order of arrival. */
  public List<ReceivedRequest> requests() {
    return requests;
  }

  /** The task that a request names, or an empty string. */
  public String taskOf(ReceivedRequest request) {
    return rules.taskIn(request.body());
  }

  /** The most requests that were in flight at one time. */
  public int mostInFlight() {
    return mostInFlight.get();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connections.add(connection);
        connection.setTcpNoDelay(true);
        threads.execute(() -> serve(connection));
      } catch (IOException | RejectedExecutionException e) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection;
        HttpConnection http = new HttpConnection(connection)) {
      HttpConnection.Request request = http.read();
      while (request != null) {
        mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
        try {
          answer(http, request);
        } finally {
          inFlight.decrementAndGet();
        }
        request = http.isOpen() ? http.read() : null;
      }
    } catch (IOException e) {
      // The client went away, as it does from a body that is too long.
    } finally {
      connections.remove(connection);
    }
  }

  private void answer(HttpConnection http, HttpConnection.Request request) throws IOException {
    if (request.method().equals("GET") && request.target().equals("/info")) {
      http.send(200, List.of(), info());
      return;
    }
    JsonNode body = JSON.readTree(request.body());
    List<String> texts = rules.texts(body);
    ReceivedRequest received =
        new ReceivedRequest(
            request.target(),
            request.headers(),
            body,
            texts,
            texts.stream().mapToLong(this::tokens).sum());
    requests.add(received);
    Play play = play(received);
    http.pause(latency);
    Integer components = known.get(rules.modelIn(body));
    VendorRules asked = components == null ? rules : rules.knowing(rules.modelIn(body));
    new Performance(
            asked,
            new VendorAnswers(asked, components == null ? dimensions : components, vectors),
            limits)
        .perform(play, received, http, headers);
  }

  private byte[] info() {
    ObjectNode info = JSON.createObjectNode();
    info.put("model_id", rules.model()).put("model_dtype", "float16");
    info.putObject("model_type").putObject("embedding").put("pooling", "mean");
    return info.put("max_concurrent_requests", 512)
        .put("max_input_length", limits.maxTokensPerInput())
        .put("max_batch_tokens", limits.maxTokens())
        .put("max_client_batch_size", limits.maxInputs())
        .put("auto_truncate", false)
        .put("tokenization_workers", 2)
        .put("version", "1.8.3")
        .toString()
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  /** As OpenAI's tokenizer does for OpenAI; of the others one for every four characters begun. */
  private long tokens(String text) {
    return rules.name().equals("openai")
        ? Tokenizer.CL100K.countTokensOrdinary(text)
        : (text.length() + 3) / 4;
  }

  private static final class Tokenizer {
    static final Encoding CL100K =
        Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
  }

  private Play play(ReceivedRequest request) {
    Play play;
    synchronized (queued) {
      play = queued.poll();
    }
    return play != null ? play : script.apply(request);
  }

  /** Stops it: whoever connects afterwards is refused, and nobody is left waiting. */
  @Override
  public void close() {
    try {
      socket.close();
      threads.shutdownNow();
      acceptor.join();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
