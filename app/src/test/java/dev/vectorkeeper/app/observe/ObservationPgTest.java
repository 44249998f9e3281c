package dev.vectorkeeper.app.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.sun.net.httpserver.HttpServer;
import dev.vectorkeeper.app.server.Served;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a server tells of itself, held against the dashboard and the rules that read it. */
class ObservationPgTest {
  private static final Path DOCS = Path.of("../docs");

  /** Metrics that are there only once something has happened, as docs/server.md says. */
  private static final Set<String> ON_EVENTS =
      Set.of(
          "vectorkeeper_backfill_ratio",
          "vectorkeeper_rows_truncated_total",
          "jvm_gc_pause_seconds_sum");

  private static final Pattern METRIC = Pattern.compile("\\b(?:vectorkeeper|jvm|process)_[a-z_]+");

  private static final String YAML =
      """
      profiles:
        small: {provider: application, model: small, dimensions: 8}
        large: {provider: application, model: large, dimensions: 12}
      sources:
        notes: {table: notes, text: body, collections: [small, large], sync: scheduled}
        more: {table: more, text: body, collections: [small], sync: scheduled}
      schedules:
        leap: {cron: "0 0 29 2 *", operation: queue, source: notes, profile: small, limit: 25}
      server:
        port: 0
        routes:
          - {path: /api/queue, operation: queue, source: notes, auth: {bearer: hush-of-the-route}}
      """;

  /** What a logger says, and the number of the request during which it says that. */
  private static final class Heard extends AppenderBase<ILoggingEvent> {
    private final Logger log;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<String> numbers = new CopyOnWriteArrayList<>();

    private Heard(Logger log) {
      this.log = log;
    }

    static Heard of(String name) {
      Heard heard = new Heard((Logger) LoggerFactory.getLogger(name));
      heard.start();
      heard.log.addAppender(heard);
      return heard;
    }

    @Override
    protected void append(ILoggingEvent event) {
      messages.add(event.getFormattedMessage());
      numbers.add(event.getMDCPropertyMap().getOrDefault("request", ""));
    }

    void close() {
      log.detachAppender(this);
    }
  }

  private TestDatabase test;
  private ScriptedProvider small;
  private ScriptedProvider large;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table notes (id int primary key, body text)",
        "create table more (id int primary key, body text)",
        "insert into notes select i, 'hush ' || i from generate_series(1, 20) i");
    small = new ScriptedProvider(8, 32);
    large = new ScriptedProvider(12, 32, "large");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Served serve(Map<String, String> environment) {
    Served served = Served.of(test, YAML, environment, Map.of("small", small, "large", large));
    served.awaitReady(3);
    return served;
  }

  @Test
  void metrics_tell_what_was_done_and_are_those_that_dashboard_and_rules_read() throws Exception {
    Heard heard = Heard.of("io.micrometer");
    try (Served served = serve(Map.of())) {
      String token = served.token();
      String[] all = {"Authorization", "Bearer " + token, "X-Request-Id", "hush-number"};
      AtomicBoolean failed = new AtomicBoolean();
      small.before(
          texts -> {
            if (failed.compareAndSet(false, true)) {
              throw new EmbeddingFailure(FailureKind.UNAVAILABLE, "hush of the provider");
            }
          });
      assertThat(served.post("/v1/sources/notes/embed", "{\"texts\": [\"hush\"]}", all).status())
          .as("a query is asked again")
          .isEqualTo(200);
      test.sql("insert into notes select i, 'hush ' || i from generate_series(21, 25) i");
      assertThat(served.post("/v1/schedules/leap/run", "", all).json().get("embedded").asInt())
          .isEqualTo(5);
      assertThat(served.post("/v1/sources/notes/verification", "{\"sample\": 5}", all).status())
          .isEqualTo(200);
      assertThat(served.post("/v1/profiles/large/pause", "", all).status()).isEqualTo(200);
      assertThat(served.get("/v1/sources/hush").status()).isEqualTo(404);
      await().until(() -> !served.get("/v1/schedules").json().at("/0/next_at").isNull());

      String scrape = served.get("/metrics").body();
      values(scrape);
      Set<String> names =
          scrape
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split("[{ ]")[0])
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(readBy("grafana.json")).hasSizeGreaterThan(30).isSubsetOf(with(names));
      assertThat(readBy("alerts.yaml")).hasSizeGreaterThan(10).isSubsetOf(with(names));
      assertThat(Files.readString(DOCS.resolve("server.md"))).contains(ON_EVENTS);
      assertThat(scrape.lines().filter(line -> line.startsWith("# TYPE vectorkeeper_")))
          .allSatisfy(
              line ->
                  assertThat(scrape)
                      .as(line)
                      .containsPattern("# HELP " + line.split(" ")[2] + " [A-Z0-9]"));
      assertThat(scrape).doesNotContain("hush", token);
      assertThat(heard.messages).as("two sources have the profile small").isEmpty();
    } finally {
      heard.close();
    }
  }

  private static void values(String scrape) {
    assertThat(value(scrape, "vectorkeeper_rows_embedded", "small")).isEqualTo(25);
    assertThat(value(scrape, "vectorkeeper_rows_embedded", "large")).isEqualTo(20);
    assertThat(value(scrape, "vectorkeeper_rows_eligible", "large")).isEqualTo(25);
    assertThat(value(scrape, "vectorkeeper_coverage_ratio", "small")).isEqualTo(1);
    assertThat(value(scrape, "vectorkeeper_coverage_ratio", "large")).isEqualTo(0.8);
    assertThat(value(scrape, "vectorkeeper_queue_pending", "small")).isZero();
    assertThat(value(scrape, "vectorkeeper_queue_pending", "large")).isEqualTo(5);
    assertThat(value(scrape, "vectorkeeper_queue_oldest_seconds", "large")).isPositive();
    assertThat(value(scrape, "vectorkeeper_index_ready", "small")).isEqualTo(1);
    assertThat(value(scrape, "vectorkeeper_index_bytes", "small")).isPositive();
    assertThat(value(scrape, "vectorkeeper_collection_active", "small")).isEqualTo(1);
    assertThat(value(scrape, "vectorkeeper_collection_active", "large")).isZero();
    assertThat(value(scrape, "vectorkeeper_verification_passed", "small")).isEqualTo(1);
    assertThat(value(scrape, "vectorkeeper_verification_recall_ratio", "small")).isEqualTo(1);
    assertThat(value(scrape, "vectorkeeper_freshness_seconds_count", "small")).isEqualTo(5);
    assertThat(value(scrape, "vectorkeeper_profile_paused{profile=\"small\"}")).isZero();
    assertThat(value(scrape, "vectorkeeper_profile_paused{profile=\"large\"}")).isEqualTo(1);
    assertThat(
            value(
                scrape,
                "vectorkeeper_rows_total{outcome=\"embedded\",profile=\"small\",source=\"notes\"}"))
        .isEqualTo(25);
    assertThat(requests(scrape, "unavailable")).isEqualTo(1);
    assertThat(requests(scrape, "answered")).isBetween(3.0, 25.0);
    assertThat(
            value(
                scrape,
                "vectorkeeper_provider_tokens_total{profile=\"small\",provider=\"application\"}"))
        .isEqualTo(20 + 5 + 1);
    assertThat(value(scrape, "vectorkeeper_schedule_failed{schedule=\"leap\"}")).isZero();
    assertThat(value(scrape, "vectorkeeper_schedule_enabled{schedule=\"leap\"}")).isEqualTo(1);
    assertThat(value(scrape, "vectorkeeper_schedule_overdue_seconds{schedule=\"leap\"}")).isZero();
    assertThat(
            value(
                scrape,
                "vectorkeeper_http_request_seconds_count{method=\"GET\",outcome=\"refused\",path=\"/v1/sources/{source}\"}"))
        .isEqualTo(1);
  }

  @Test
  void a_request_that_breaks_is_counted_as_failed_and_logged_with_its_number() {
    Heard heard = Heard.of("dev.vectorkeeper.app.server.Answers");
    try (Served served = serve(Map.of())) {
      small.before(
          texts -> {
            throw new IllegalStateException("broken on purpose");
          });
      String[] all = {"Authorization", "Bearer " + served.token(), "X-Request-Id", "number-42"};
      assertThat(served.post("/v1/sources/notes/embed", "{\"texts\": [\"a\"]}", all).status())
          .isEqualTo(500);
      assertThat(heard.numbers).containsExactly("number-42");
      String scrape = served.get("/metrics").body();
      assertThat(requests(scrape, "broken")).isEqualTo(1);
      assertThat(
              value(
                  scrape,
                  "vectorkeeper_http_request_seconds_count{method=\"POST\",outcome=\"failed\",path=\"/v1/sources/{source}/embed\"}"))
          .isEqualTo(1);
    } finally {
      heard.close();
    }
  }

  @Test
  void traces_reach_a_collector_that_the_environment_names() throws IOException {
    List<String> sent = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          sent.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + new String(body, StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try (Served served =
        serve(
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:" + collector.getAddress().getPort(),
                "OTEL_BSP_SCHEDULE_DELAY",
                "50"))) {
      served.get("/v1/status");
      await()
          .untilAsserted(
              () ->
                  assertThat(String.join("\n", sent))
                      .contains("batch notes/small", "batch notes/large")
                      .contains("embed small", "embed large")
                      .contains("GET /v1/status"));
      assertThat(sent)
          .allSatisfy(
              request ->
                  assertThat(request)
                      .startsWith("POST application/x-protobuf")
                      .contains("vectorkeeper")
                      .doesNotContain("hush"));
    } finally {
      collector.stop(0);
    }
  }

  private static Set<String> with(Set<String> names) {
    Set<String> all = new TreeSet<>(names);
    all.addAll(ON_EVENTS);
    return all;
  }

  private static Set<String> readBy(String file) throws IOException {
    return METRIC
        .matcher(Files.readString(DOCS.resolve("observability").resolve(file)))
        .results()
        .map(java.util.regex.MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static double requests(String scrape, String outcome) {
    return value(
        scrape,
        "vectorkeeper_provider_request_seconds_count{outcome=\"%s\",profile=\"small\",provider=\"application\"}"
            .formatted(outcome));
  }

  private static double value(String scrape, String metric, String profile) {
    return value(scrape, "%s{profile=\"%s\",source=\"notes\"}".formatted(metric, profile));
  }

  private static double value(String scrape, String series) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is missing in\n" + scrape));
  }
}
