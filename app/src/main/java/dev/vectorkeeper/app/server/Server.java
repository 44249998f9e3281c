package dev.vectorkeeper.app.server;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.app.dashboard.Asset;
import dev.vectorkeeper.app.observe.Observation;
import dev.vectorkeeper.app.server.Contract.Endpoint;
import dev.vectorkeeper.app.server.api.ActivityApi;
import dev.vectorkeeper.app.server.api.AttentionList;
import dev.vectorkeeper.app.server.api.BackfillApi;
import dev.vectorkeeper.app.server.api.EventsApi;
import dev.vectorkeeper.app.server.api.FailuresApi;
import dev.vectorkeeper.app.server.api.MigrationApi;
import dev.vectorkeeper.app.server.api.OpenAiApi;
import dev.vectorkeeper.app.server.api.OverviewApi;
import dev.vectorkeeper.app.server.api.QueueApi;
import dev.vectorkeeper.app.server.api.ScheduleApi;
import dev.vectorkeeper.app.server.api.SearchApi;
import dev.vectorkeeper.app.server.api.SettingsApi;
import dev.vectorkeeper.app.server.api.StateApi;
import dev.vectorkeeper.app.server.api.SwitchApi;
import dev.vectorkeeper.app.server.api.VerificationApi;
import dev.vectorkeeper.config.ServerSettings;
import dev.vectorkeeper.schedule.Scheduler;
import dev.vectorkeeper.secret.Secrets;
import dev.vectorkeeper.worker.Worker;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Worker, scheduler and API in one process. Any number may run on one database. Closing it finishes
 * or gives back what is under way.
 */
public final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final long PATIENCE_SECONDS = 8;
  private static final long READY_SECONDS = 3;
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

  private final Vectorkeeper keeper;
  private final ServerSettings settings;
  private final Contract contract = Contract.load();
  private final Access access;
  private final Worker worker;
  private final Scheduler scheduler;
  private final AttentionList attention;
  private final EventsApi events;
  private final Observation observation;
  private final Javalin http;
  private volatile boolean stopping;

  /**
   * A server that is to be started.
   *
   * @throws VectorkeeperException VK-D06 where nothing has been applied
   */
  public Server(Vectorkeeper keeper, Map<String, String> environment) {
    keeper.catalog();
    this.keeper = keeper;
    this.settings = keeper.configuration().server();
    this.access = new Access(settings, keeper.tokens(), isLoopback(settings.host()));
    this.observation = Observation.start(keeper, environment);
    this.worker = keeper.worker();
    this.scheduler =
        new Scheduler(
            keeper.database(),
            worker.name(),
            request -> keeper.runs().run(request, this::isEnding));
    this.attention = new AttentionList(keeper);
    this.events = new EventsApi(keeper, attention);
    Routes routes =
        new Routes(
            keeper,
            contract,
            access,
            new Secrets(keeper.database()::jdbi, environment),
            this::isEnding);
    this.http = Javalin.create(config -> configure(config, routes));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Starts everything.
   *
   * @throws VectorkeeperException VK-H14 when the address is taken
   */
  public void start() {
    try {
      http.start();
    } catch (RuntimeException e) {
      close();
      throw cannotListen(e);
    }
    synchronized (this) {
      if (!stopping) {
        worker.start();
        scheduler.start();
        events.start();
      }
    }
  }

  private VectorkeeperException cannotListen(RuntimeException e) {
    Throwable root = e;
    while (root.getCause() != null && !(root instanceof VectorkeeperException)) {
      root = root.getCause();
    }
    return root instanceof VectorkeeperException known
        ? known
        : new VectorkeeperException(
            "VK-H14",
            "The server cannot listen on %s port %d: %s. Set server.host and server.port to an address that is free."
                .formatted(settings.host(), settings.port(), root.getMessage()),
            e);
  }

  private void configure(JavalinConfig config, Routes routes) {
    config.startup.showJavalinBanner = false;
    config.http.maxRequestSize = Requests.MOST_BYTES;
    config.http.prefer405over404 = true;
    Connectors.add(config, settings);
    Map<String, Call.Handler> handlers = handlers();
    for (Endpoint endpoint : contract.endpoints()) {
      Call.Handler handler = handlers.remove(endpoint.id());
      if (handler == null) {
        throw new IllegalStateException("nothing answers " + endpoint.id());
      }
      config.routes.addHttpHandler(
          HandlerType.findOrCreate(endpoint.method()),
          endpoint.path(),
          context ->
              RequestTrace.within(
                  context, endpoint.path(), () -> answer(context, endpoint, handler)));
    }
    if (!handlers.isEmpty()) {
      throw new IllegalStateException("the document lacks " + handlers.keySet());
    }
    Asset.all().forEach(asset -> add(config, asset));
    routes.add(config);
    Answers.add(config, this::isEnding);
  }

  private void add(JavalinConfig config, Asset asset) {
    config.routes.addHttpHandler(
        HandlerType.GET,
        asset.path(),
        context ->
            RequestTrace.within(
                context,
                asset.path(),
                () -> {
                  access.requireOwnOrigin(context);
                  asset.answer(context);
                }));
  }

  private Map<String, Call.Handler> handlers() {
    Map<String, Call.Handler> handlers = new TreeMap<>();
    handlers.put("getContract", call -> contract.document());
    handlers.put("getAccess", call -> access.of(call.context()));
    handlers.put("isAlive", call -> Health.of("alive"));
    handlers.put("isReady", call -> ready());
    handlers.put("getMetrics", call -> new Call.Text(METRICS, observation.scrape()));
    for (Api api :
        List.of(
            new StateApi(keeper),
            new OverviewApi(keeper, attention),
            new ActivityApi(keeper),
            new SettingsApi(keeper),
            new QueueApi(keeper),
            new BackfillApi(keeper),
            new FailuresApi(keeper),
            new SearchApi(keeper),
            new OpenAiApi(keeper),
            new SwitchApi(keeper),
            new VerificationApi(keeper),
            new MigrationApi(keeper),
            new ScheduleApi(keeper, worker.name()),
            events)) {
      handlers.putAll(api.handlers());
    }
    return handlers;
  }

  private Object ready() {
    if (stopping) {
      throw new Problem.Refused("VK-H12", "The server is ending.");
    }
    try {
      CompletableFuture.runAsync(keeper::catalog).get(READY_SECONDS, TimeUnit.SECONDS);
      return Health.of("ready");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof VectorkeeperException known
          ? known
          : new Problem.Refused("VK-D02", "The database cannot be used now.");
    } catch (InterruptedException | TimeoutException e) {
      throw new Problem.Refused("VK-D02", "The database does not answer.");
    }
  }

  private void answer(Context context, Endpoint endpoint, Call.Handler handler) {
    access.requireOwnOrigin(context);
    endpoint.scope().ifPresent(scope -> access.require(context, scope));
    Object answer;
    try (ClientWatch watch = ClientWatch.of(context.req())) {
      answer = handler.answer(Requests.read(context, endpoint, this::isEnding, watch));
    }
    if (answer instanceof Call.Reply reply) {
      context.status(reply.status());
      answer = reply.body();
    }
    if (answer instanceof Call.Text text) {
      context.contentType(text.type()).result(text.text());
    } else if (answer != Call.STREAMED) {
      context.contentType("application/json").result(Json.line(answer));
    }
  }

  private boolean isEnding() {
    return stopping;
  }

  /** The port that it listens on. */
  public int port() {
    return http.port();
  }

  /** Its address for people and programs. */
  public String address() {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return (settings.tls().isPresent() ? "https://" : "http://") + host + ":" + port();
  }

  /** Takes no further work, and finishes or gives back what is under way, within ten seconds. */
  @Override
  public void close() {
    synchronized (this) {
      stopping = true;
    }
    events.close();
    List<Thread> closing =
        Stream.<Runnable>of(http::stop, scheduler::close, worker::close)
            .map(one -> new Thread(one, "vectorkeeper-closing"))
            .toList();
    closing.forEach(Thread::start);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    closing.forEach(thread -> join(thread, until));
    Thread last = new Thread(observation::close, "vectorkeeper-closing");
    last.setDaemon(true);
    last.start();
    join(last, System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
  }

  private static void join(Thread thread, long until) {
    try {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
      if (thread.isAlive()) {
        LOG.warn("The server ends although not everything could be finished.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
