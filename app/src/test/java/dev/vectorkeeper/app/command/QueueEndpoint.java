package dev.vectorkeeper.app.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Plays the server's {@code POST /v1/sources/notes/queue} on loopback, and refuses whatever is not
 * exactly such a call.
 */
final class QueueEndpoint implements AutoCloseable {
  static final String PATH = "/v1/sources/notes/queue";

  private final HttpServer server;
  private final String token;
  private final List<String> accepted = new CopyOnWriteArrayList<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();

  QueueEndpoint(String token) throws IOException {
    this.token = token;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The bodies of the calls that were right. */
  List<String> accepted() {
    return accepted;
  }

  /** What was wrong with the others. */
  List<String> refused() {
    return refused;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int status = status(exchange, body);
    if (status == 200) {
      accepted.add(body);
    } else {
      refused.add(status + " " + exchange.getRequestMethod() + " " + exchange.getRequestURI());
    }
    byte[] answer = "{\"processed\":0}".getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private int status(HttpExchange exchange, String body) {
    List<String> types = exchange.getRequestHeaders().getOrDefault("Content-Type", List.of());
    List<String> bearer = exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
    if (!exchange.getRequestURI().toString().equals(PATH)) {
      return 404;
    } else if (!exchange.getRequestMethod().equals("POST")) {
      return 405;
    } else if (!bearer.equals(List.of("Bearer " + token))) {
      return 401;
    } else if (types.size() != 1 || !types.get(0).split(";")[0].equals("application/json")) {
      return 415;
    }
    return body.equals("{\"limit\":7}") ? 200 : 400;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
