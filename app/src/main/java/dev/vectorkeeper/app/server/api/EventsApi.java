package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.app.server.Problem;
import dev.vectorkeeper.app.terminal.ProgressReport;
import dev.vectorkeeper.status.Standing;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Progress as server-sent events. One look a second at the database serves every listener, and none
 * is taken while nobody listens.
 */
public final class EventsApi implements Api, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventsApi.class);
  private static final int MOST = 200;

  private final Vectorkeeper keeper;
  private final AttentionList attention;

  /** Somebody who listens, and whether the last news are still on the way. */
  private record Listener(
      HttpServletResponse response, CompletableFuture<Void> gone, AtomicBoolean busy) {}

  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private final ExecutorService telling = Executors.newCachedThreadPool();
  private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, String> sent = new HashMap<>();
  private boolean someoneNew;

  public EventsApi(Vectorkeeper keeper, AttentionList attention) {
    this.keeper = keeper;
    this.attention = attention;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of("getEvents", this::listen);
  }

  /** Begins to look. */
  public void start() {
    looking.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  private Object listen(Call call) {
    if (listeners.size() >= MOST) {
      throw new Problem.Refused("VK-H12", "Too many listen already.");
    }
    var response = call.context().res();
    response.setContentType("text/event-stream");
    response.setCharacterEncoding("UTF-8");
    response.setHeader("X-Accel-Buffering", "no");
    Listener listener = new Listener(response, new CompletableFuture<>(), new AtomicBoolean());
    call.context().future(listener::gone);
    if (write(listener, ": listening\n\n")) {
      synchronized (sent) {
        listeners.add(listener);
        someoneNew = true;
      }
    }
    return Call.STREAMED;
  }

  private void look() {
    try {
      if (listeners.isEmpty()) {
        return;
      }
      List<String> news = news();
      String text = news.isEmpty() ? ": still here\n\n" : String.join("", news);
      listeners.forEach(listener -> tell(listener, text));
    } catch (RuntimeException e) {
      LOG.warn("Listeners could not be told how it stands: {}", e.getMessage());
    }
  }

  /** What changed since the last look; everything where somebody came. */
  private List<String> news() {
    List<String> news = new ArrayList<>();
    synchronized (sent) {
      if (someoneNew) {
        sent.clear();
        someoneNew = false;
      }
      List<Standing> standings = keeper.standings().read();
      standings.forEach(standing -> tellProgress(news, ProgressReport.of(standing)));
      tell(news, "attention", attention.of(standings));
      tell(news, "migrations", MigrationSummary.all(keeper));
      tell(news, "schedules", keeper.schedules().list());
    }
    return news;
  }

  /** Adds an event of which there is one sort of thing only. */
  private void tell(List<String> news, String event, Object data) {
    String text = Json.line(data);
    tell(news, event, event, text, text);
  }

  private void tellProgress(List<String> news, ProgressReport report) {
    tell(
        news,
        "progress",
        report.collection(),
        Json.line(report.withAt(Instant.EPOCH)),
        Json.line(report));
  }

  /**
   * Adds an event where something changed.
   *
   * @param about which thing of its sort
   * @param what of it counts as a change
   */
  private void tell(List<String> news, String event, String about, String what, String data) {
    if (!what.equals(sent.put(event + " " + about, what))) {
      news.add("event: " + event + "\ndata: " + data + "\n\n");
    }
  }

  /** One who reads too slowly is let go, and may come again; nobody else waits for it. */
  private void tell(Listener listener, String text) {
    if (listener.busy().getAndSet(true)) {
      leave(listener);
      return;
    }
    telling.execute(
        () -> {
          if (!write(listener, text)) {
            leave(listener);
          }
          listener.busy().set(false);
        });
  }

  /** Whether the listener is still there. */
  private static boolean write(Listener listener, String text) {
    try {
      listener.response().getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      listener.response().flushBuffer();
      return true;
    } catch (IOException | IllegalStateException e) {
      LOG.debug("A listener has gone: {}", e.getMessage());
      return false;
    }
  }

  private void leave(Listener listener) {
    listeners.remove(listener);
    listener.gone().complete(null);
  }

  @Override
  public void close() {
    looking.shutdownNow();
    telling.shutdownNow();
    listeners.forEach(this::leave);
  }
}
