package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.provider.remote.StrictVendorServer;
import dev.vectorkeeper.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Servers as processes of their own: several on one database, killed and asked to end. */
@EnabledIfSystemProperty(
    named = "vectorkeeper.size",
    matches = "full",
    disabledReason = "It starts six processes, which takes more than a minute.")
class ServeClusterTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int ROWS = FULL ? 10_000 : 2_500;

  /** In which another server takes over from one that was killed in the middle of a run. */
  private static final double LEASE_SECONDS = 30;

  @TempDir private Path directory;
  private TestDatabase test;
  private StrictVendorServer vendor;
  private Path file;

  @BeforeEach
  void open() throws Exception {
    test = TestDatabase.create();
    test.sql("create table notes (id int primary key, body text)");
    vendor = StrictVendorServer.start("openai", 16);
    file = directory.resolve("vectorkeeper.yaml");
  }

  @AfterEach
  void close() {
    vendor.close();
    test.close();
  }

  private void apply(String sync, String more) throws Exception {
    Files.writeString(
        file,
        """
        database: %s
        profiles:
          remote: {provider: openai, model: %s, dimensions: 16, api-key: %s, base-url: "%s", concurrency: 2, max-inputs: 50}
        sources:
          notes: {table: notes, text: body, collections: [remote], sync: %s}
        server: {port: 0}
        %s
        """
            .formatted(
                Served.url(test),
                vendor.model(),
                StrictVendorServer.KEY,
                vendor.baseUrl(),
                sync,
                more));
    try (ServeProcess applied = ServeProcess.start(file, Map.of(), "apply", "--yes")) {
      assertThat(applied.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(applied.process().exitValue()).as(applied.output()).isZero();
    }
  }

  private ServeProcess serve() throws Exception {
    return ServeProcess.start(file, Map.of(), "serve");
  }

  @Test
  void two_servers_run_each_tick_once_and_the_other_goes_on_when_one_is_killed() throws Exception {
    apply(
        "scheduled",
        "schedules:\n  often: {cron: \"* * * * * *\", operation: sync, source: notes, limit: 25}");
    int seconds = FULL ? 60 : 6;
    try (ServeProcess one = serve();
        ServeProcess other = serve()) {
      one.address();
      other.address();
      Instant begun = Instant.now();
      await().atMost(Duration.ofMinutes(3)).until(() -> runs() >= seconds);
      assertNoneTwice();
      assertThat(Duration.between(begun, Instant.now()).toSeconds())
          .as("no second was left out by both")
          .isLessThanOrEqualTo(seconds + 5L);
      long before = runs();
      if (FULL) {
        killInTheMiddleOfARun(List.of(one, other));
      } else {
        one.process().destroyForcibly();
      }
      await().atMost(Duration.ofMinutes(3)).until(() -> runs() >= before + 5);
      assertNoneTwice();
      assertThat(longestGap()).isLessThanOrEqualTo(LEASE_SECONDS);
      System.out.printf("longest gap after a kill: %.1f s%n", longestGap());
    }
  }

  /** The provider is slow now, so that the run of a second takes longer than that. */
  private void killInTheMiddleOfARun(List<ServeProcess> servers) {
    vendor.latency(Duration.ofSeconds(3));
    test.sql("insert into notes values (1, 'a slow one')");
    await().until(() -> vendor.mostInFlight() > 0);
    String running =
        test.column("select server from vectorkeeper.schedule_run order by run_id desc limit 1")
            .get(0);
    vendor.latency(Duration.ZERO);
    servers.stream()
        .filter(server -> running.contains("/" + server.process().pid() + "/"))
        .forEach(server -> server.process().destroyForcibly());
  }

  private long runs() {
    return test.number("select count(*) from vectorkeeper.schedule_run where outcome = 'done'");
  }

  private double longestGap() {
    return Double.parseDouble(
        test.column(
                "select coalesce(max(extract(epoch from started_at - before)), 0) from (select started_at, lag(started_at) over (order by started_at) as before from vectorkeeper.schedule_run) r")
            .get(0));
  }

  private void assertNoneTwice() {
    assertThat(
            test.number(
                "select count(*) from (select from vectorkeeper.schedule_run where not by_hand group by date_trunc('second', due_at) having count(*) > 1) twice"))
        .isZero();
  }

  @Test
  void a_server_that_is_asked_to_end_gives_back_what_it_holds_and_nothing_is_lost()
      throws Exception {
    test.sql(
        "insert into notes select i, 'note ' || i from generate_series(1, %d) i".formatted(ROWS));
    vendor.latency(Duration.ofSeconds(1));
    apply("realtime", "");
    try (ServeProcess served = serve()) {
      await().until(() -> stored() > 200);
      test.sql("insert into notes select i, 'later ' || i from generate_series(100001, 100300) i");
      assertEndsInTime(served);
    }
    assertThat(stored()).as("it was in the middle").isLessThan(ROWS);
    vendor.latency(Duration.ZERO);
    try (ServeProcess served = serve()) {
      await().until(() -> stored() == ROWS + 300);
    }
    assertThat(test.number("select count(*) from vectorkeeper.dead_letter")).isZero();
  }

  @Test
  void it_ends_in_time_also_while_a_provider_never_answers() throws Exception {
    test.sql("insert into notes select i, 'note ' || i from generate_series(1, 300) i");
    vendor.latency(Duration.ofMinutes(5));
    apply("realtime", "");
    try (ServeProcess served = serve()) {
      await().until(() -> vendor.mostInFlight() > 0);
      assertEndsInTime(served);
    }
  }

  private void assertEndsInTime(ServeProcess served) throws InterruptedException {
    long asked = System.nanoTime();
    served.process().destroy();
    assertThat(served.process().waitFor(10, TimeUnit.SECONDS)).as("within ten seconds").isTrue();
    System.out.printf("ended after %.1f s%n", (System.nanoTime() - asked) / 1e9);
    assertThat(test.number("select count(*) from vectorkeeper.claim where token is not null"))
        .isZero();
    assertThat(
            test.number(
                "select count(*) from vectorkeeper.backfill_range where expires_at > clock_timestamp()"))
        .isZero();
  }

  private long stored() {
    return test.number("select count(*) from notes_remote_vectors");
  }
}
