package dev.vectorkeeper.app.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.app.server.Served;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Each view in a real browser against a real server: a migration half-way, rows that failed, a
 * provider that is dead, a row whose text is a script. What a click changes is seen in the
 * database.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DashboardPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int FAILED = FULL ? 1_000 : 40;
  private static final Path PICTURES = Path.of("target", "dashboard");
  private static final String AXE = "/META-INF/resources/webjars/axe-core/%s/axe.min.js";

  private static final String YAML =
      """
      profiles:
        small: {provider: application, model: small, dimensions: 8}
        large: {provider: application, model: large, dimensions: 12}
        hosted: {provider: ollama, model: far-away, dimensions: 8, base-url: "http://127.0.0.1:9", api-key: key-that-is-secret, headers: {X-Key: header-that-is-secret}}
      sources:
        notes: {table: notes, text: body, where: "kind <> 'hidden'", collections: [small]}
        remote: {table: remote, text: body, collections: [hosted]}
      schedules:
        nightly: {cron: "0 3 * * *", operation: sync, source: notes, limit: 25}
      server: {port: 0}
      """;

  /** Each view with a text that it shows once it has what it asked for. */
  private static final Map<String, String> VIEWS =
      Map.of(
          "/", "Sources and their collections",
          "/collections/notes/small", "What it is",
          "/failures?source=notes&profile=small&code=VK-P08", "Rows with VK-P08",
          "/migrations", "never",
          "/migrations/notes", "Recall against an exact search",
          "/search", "What to find",
          "/schedules/nightly", "Runs",
          "/providers", "does not answer",
          "/settings", "kind <> 'hidden'");

  private TestDatabase test;
  private Served served;
  private Browser browser;
  private String token;

  @BeforeAll
  void open() {
    assumeTrue(
        Browser.program().isPresent(),
        "Chromium is not installed; scripts/setup --tests installs it on Debian.");
    test = TestDatabase.create();
    test.sql(
        "create table notes (id int primary key, body text, kind text not null default 'a')",
        "insert into notes select i, 'note ' || i from generate_series(1, 60) i",
        "insert into notes values (100, '<script>document.title = \"owned\"</script><img src=x onerror=\"document.title = 1\">')",
        "create table remote (id int primary key, body text)",
        "insert into remote select i, 'remote ' || i from generate_series(1, 10) i");
    served =
        Served.of(
            test,
            YAML,
            Map.of(),
            Map.of(
                "small", new ScriptedProvider(8, 16),
                "large", new ScriptedProvider(12, 16, "large")));
    token = served.token();
    served.awaitReady(1);
    test.sql(
        "insert into vectorkeeper.dead_letter (collection_id, key, attempts, error_code, error_message) select 1, i::text, 3, case when i %% 4 = 0 then 'VK-P07' else 'VK-P08' end, 'refused: <b>no</b>' from generate_series(1000, %d) i"
            .formatted(999 + FAILED));
    browser = Browser.start();
  }

  @AfterAll
  void close() {
    if (browser != null) {
      browser.close();
    }
    if (served != null) {
      served.close();
      test.close();
    }
  }

  @BeforeEach
  void show() {
    browser.offline(false);
    browser.look(1360, false);
    browser.open(served.address() + "/");
    browser.run("sessionStorage.setItem('vectorkeeper.token', '%s')".formatted(token));
    browser.open(served.address() + "/");
    browser.awaitText("Sources and their collections");
    browser.faults().clear();
  }

  @Test
  @Order(1)
  void the_overview_says_what_is_not_current_and_mends_it_with_a_click() {
    browser.awaitText("of the vectors are current");
    browser.awaitText("%,d rows of notes failed under small".formatted(FAILED));
    browser.awaitText("vectorkeeper failures retry notes --all");
    browser.awaitText("The provider of the profile hosted does not answer");
    browser.awaitText("filling");
    browser.press("Pause hosted");
    browser.awaitText("The profile hosted is paused");
    assertThat(test.column("select paused_why from vectorkeeper.profile where name = 'hosted'"))
        .containsExactly("Somebody asked for it.");
    browser.press("Resume hosted");
    await().until(() -> number("profile where paused_at is not null") == 0);
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  @Order(2)
  void failures_are_retried_one_by_one_by_group_and_all() {
    browser.go("#/failures?source=notes&profile=small&code=VK-P08");
    browser.awaitText("refused: <b>no</b>");
    browser.press("Retry");
    browser.awaitText("1 row put back into the queue.");
    assertThat(number("dead_letter")).isEqualTo(FAILED - 1);
    browser.go("#/failures");
    browser.awaitText("Retry all");
    long others = number("dead_letter where error_code = 'VK-P07'");
    browser.press("Retry group");
    browser.awaitText("rows put back into the queue.");
    assertThat(number("dead_letter")).isEqualTo(others);
    browser.press("Retry all " + others + "…");
    browser.awaitText("What fails again comes back here.");
    browser.press("Retry all " + others);
    await().until(() -> number("dead_letter") == 0);
    browser.awaitText("No row has failed.");
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  @Order(3)
  void a_backfill_is_begun_held_and_ended() {
    served.post(
        "/v1/sources/notes/backfills",
        "{\"profile\": \"small\", \"rows_per_second\": 0.1}",
        "Authorization",
        "Bearer " + token);
    browser.go("#/collections/notes/small");
    browser.press("Pause");
    awaitBackfill("paused");
    browser.awaitText("Paused: ");
    browser.press("Resume");
    awaitBackfill("running");
    browser.press("Cancel…");
    browser.awaitText("What it stored stays.");
    browser.press("Leave it");
    awaitBackfill("running");
    browser.press("Cancel…");
    browser.press("Cancel");
    awaitBackfill("cancelled");
    browser.awaitText("8 numbers a vector from small");
    assertThat(browser.faults()).isEmpty();
  }

  private void awaitBackfill(String state) {
    await()
        .until(
            () ->
                test.column(
                        "select state from vectorkeeper.backfill where collection_id = 1 order by backfill_id desc limit 1")
                    .contains(state));
  }

  @Test
  @Order(4)
  void a_migration_is_planned_run_cut_over_and_rolled_back() {
    browser.go("#/migrations/notes");
    browser.awaitTrue("Boolean(document.querySelector('.buttons select'))");
    browser.run(
        "(() => { const choice = document.querySelector('.buttons select'); choice.value = 'large'; choice.dispatchEvent(new Event('change')); })()");
    browser.press("Plan it");
    browser.awaitText("The plan: small to large");
    assertThat(number("migration")).isZero();
    browser.press("Begin, until verified");
    await().until(() -> number("migration where state = 'ready'") == 1);
    browser.press("Cut over…");
    browser.awaitText(
        "searches of notes are answered from large (large, 12 dimensions) instead of small (small, 8 dimensions)");
    browser.press("Cut over");
    browser.awaitText("The migration of notes is cut over.");
    assertThat(active()).isEqualTo("large");
    browser.press("Roll back…");
    browser.awaitText("are answered from small (small, 8 dimensions) again");
    browser.press("Roll back");
    browser.awaitText("The migration of notes is rolled back.");
    assertThat(active()).isEqualTo("small");
    browser.type("#thresholds", "0.5");
    browser.press("Verify large now");
    browser.awaitText("which similarity accepts as many pairs");
    assertThat(browser.run("document.querySelectorAll('vk-chart canvas').length").asInt())
        .as("recall, times, overlap, similarities old and new")
        .isEqualTo(5);
    assertThat(browser.faults()).isEmpty();
  }

  private String active() {
    return test.column(
            "select p.name from vectorkeeper.embedding_settings e join vectorkeeper.collection using (collection_id) join vectorkeeper.profile p using (profile_id) join vectorkeeper.source s on s.source_id = e.source_id where s.name = 'notes'")
        .get(0);
  }

  private long number(String from) {
    return test.number("select count(*) from vectorkeeper." + from);
  }

  @Test
  @Order(5)
  void a_search_shows_two_collections_and_markup_as_text() {
    browser.go("#/search");
    browser.awaitText("What to find");
    String script = test.column("select body from notes where id = 100").get(0);
    browser.type("input[name=text]", script);
    browser.press("Search");
    browser.awaitText("found under both");
    browser.awaitText(script);
    browser.awaitText("1.000");
    assertThat(browser.run("document.title").asText()).isEqualTo("Search – Vectorkeeper");
    assertThat(browser.run("document.querySelectorAll('.found img, .found script').length").asInt())
        .isZero();
    browser.run("document.querySelector('details.more').open = true");
    browser.awaitText("from public.match_notes($1, match_count => 10, collection => 'small') m");
    browser.awaitText("Authorization: Bearer $VECTORKEEPER_TOKEN");
    assertThat(browser.text()).doesNotContain(token);
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  @Order(6)
  void schedules_are_disabled_and_run() {
    browser.go("#/schedules/nightly");
    browser.press("Disable");
    await().until(() -> number("schedule where not enabled") == 1);
    browser.press("Run now");
    await().until(() -> number("schedule_run where by_hand and outcome = 'done'") == 1);
    browser.awaitText("by hand");
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  @Order(7)
  void every_view_is_accessible_fits_and_breaks_no_rule_of_the_browser() throws IOException {
    for (int width : FULL ? List.of(1360, 390) : List.of(1360)) {
      for (boolean dark : FULL ? List.of(false, true) : List.of(true)) {
        browser.look(width, dark);
        for (Map.Entry<String, String> view : VIEWS.entrySet()) {
          look(view.getKey(), view.getValue(), width + (dark ? "-dark" : "-light"));
        }
      }
    }
    assertThat(browser.faults()).isEmpty();
  }

  private void look(String view, String text, String how) throws IOException {
    test.sql(
        "insert into vectorkeeper.dead_letter (collection_id, key, attempts, error_code, error_message) values (1, 'x', 1, 'VK-P08', 'no') on conflict do nothing");
    browser.go("#" + view);
    browser.awaitText(text);
    if (browser.run("typeof axe").asText().equals("undefined")) {
      browser.run(axe());
    }
    JsonNode violations =
        browser.run(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join('; ')))");
    assertThat(violations).as("%s %s: %s", view, how, violations).isEmpty();
    assertThat(
            browser
                .run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                .asInt())
        .as("%s %s scrolls in its tables alone", view, how)
        .isZero();
    if (FULL) {
      browser.picture(PICTURES.resolve(view.replaceAll("\\W+", "-") + how + ".png"));
    }
  }

  private static String axe() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            DashboardPgTest.class.getResourceAsStream(AXE.formatted(System.getProperty("axe"))))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8) + ";0";
    }
  }

  @Test
  @Order(8)
  void the_keyboard_reaches_everything_and_shows_where_it_is() {
    List<String> reached = new ArrayList<>();
    browser.run("document.activeElement.blur()");
    for (int i = 0; i < 12; i++) {
      browser.tab();
      reached.add(browser.run("document.activeElement.innerText.trim()").asText());
      assertThat(browser.run("getComputedStyle(document.activeElement).outlineStyle").asText())
          .as(reached.toString())
          .isEqualTo("solid");
    }
    assertThat(reached).startsWith("Skip to the content", "Vectorkeeper", "Overview", "Failures");
  }

  @Test
  @Order(9)
  void with_the_network_cut_the_page_stays_and_says_so() {
    browser.offline(true);
    browser.go("#/settings");
    browser.awaitText("The server cannot be reached");
    browser.awaitText("This view needs the server");
    browser.go("#/");
    browser.offline(false);
    browser.awaitText("Sources and their collections");
    browser.offline(true);
    browser.run("document.dispatchEvent(new Event('visibilitychange'))");
    browser.awaitText("what you see is from");
    browser.awaitText("Sources and their collections");
    browser.offline(false);
    browser.run("document.dispatchEvent(new Event('visibilitychange'))");
    browser.awaitTrue("!document.body.innerText.includes('cannot be reached')");
  }

  @Test
  @Order(10)
  void without_a_token_it_is_read_only_and_one_that_is_typed_in_stays_in_the_tab() {
    browser.run("sessionStorage.clear()");
    browser.open(served.address() + "/#/schedules");
    browser.awaitText("Read only");
    browser.awaitTrue(
        "[...document.querySelectorAll('button')].filter(b => b.innerText === 'Run now').every(b => b.disabled)");
    browser.press("Read only");
    browser.type("input[name=token]", token);
    browser.press("Use it");
    browser.awaitText("may read, search, operate");
    browser.press("Enable");
    await().until(() -> number("schedule where enabled") == 1);
    assertThat(browser.run("localStorage.length + document.cookie.length").asInt()).isZero();
    assertThat(browser.run("location.href").asText()).doesNotContain(token);
    assertThat(served.get("/v1/settings").body())
        .contains("far-away")
        .doesNotContain(token, "key-that-is-secret", "header-that-is-secret", "127.0.0.1:9");
  }
}
