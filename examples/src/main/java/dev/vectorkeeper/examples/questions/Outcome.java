package dev.vectorkeeper.examples.questions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;

/** What has become of the column, its index, the function, and of searches. */
final class Outcome {
  private static final double USD_PER_TOKEN = 0.15 / 1e6;
  private static final int REFUSED = 1;

  private static final String PLAIN_SEARCH =
      """
      explain select id from questions where deleted_at is null
      order by embedding <=> (select embedding from questions where id = 1) limit 10
      """;

  private final Stage stage;
  private final Relevance relevance;
  private double before;
  private String functionBefore = "";
  private boolean whole;

  Outcome(Stage stage, List<Entry> entries) {
    this.stage = stage;
    this.relevance = new Relevance(stage, entries, stage.full() ? 50 : 10);
  }

  /** How searches are under the old model. */
  void before() {
    before = relevance.found();
    functionBefore =
        stage.column("select pg_get_functiondef('match_questions_with_solutions'::regproc)").get(0);
  }

  /** The old threshold in the new model's space, as verification found it. */
  double threshold() throws IOException {
    return report().get("comparison").get("thresholds").get(0).get("to").get("value").asDouble();
  }

  private JsonNode report() throws IOException {
    return new ObjectMapper()
        .readTree(Files.readString(stage.work().resolve("reports").resolve("verification.json")));
  }

  /** What was planned and what was used. */
  void cost() throws IOException {
    JsonNode status = stage.json("migrate", "status", "questions");
    stage.ok("migrate", "status", "questions");
    long plannedTokens = status.get("planned").get("tokens").asLong();
    double plannedUsd = status.get("planned").get("usd").asDouble();
    long plannedBytes = status.get("planned").get("bytes").asLong();
    JsonNode filling = status.get("collection").get("backfill").get("result").get("usage");
    long tokens = filling.get("tokens").asLong();
    double usd = filling.get("usd").asDouble();
    long all = status.get("used").get("usage").get("tokens").asLong();
    long bytes =
        stage.number(
            "select sum(pg_column_size(embedding__other)) + pg_relation_size((select indexrelid from pg_index i join pg_attribute a on a.attrelid = i.indexrelid where i.indrelid = 'questions'::regclass and a.attname = 'embedding__other')) from questions");
    boolean near =
        near(plannedTokens, tokens) && near(plannedUsd, usd) && near(plannedBytes, bytes);
    boolean priced = Math.abs(usd - tokens * USD_PER_TOKEN) < 0.01 * usd;
    stage.check(
        "Q10",
        near && priced && near(bytes, status.get("bytes").asLong()),
        String.format(
            Locale.ROOT,
            "estimated %,d tokens, %.4f USD, %.1f MB; the filling used %,d tokens, %.4f USD, %.1f MB (with the changes meanwhile %,d tokens)",
            plannedTokens,
            plannedUsd,
            plannedBytes / 1e6,
            tokens,
            usd,
            bytes / 1e6,
            all));
  }

  /** Within a third: what was killed is asked for again, and changes make more of the index. */
  private static boolean near(double planned, double used) {
    return used > planned * 2 / 3 && used < planned * 3 / 2;
  }

  /** The column by SQL, when nothing waits. */
  void column() {
    long live = stage.number("select count(*) from questions where deleted_at is null");
    long right =
        stage.number(
            "select count(*) from questions where deleted_at is null and vector_dims(embedding) = 1536");
    long deleted = stage.number("select count(*) from questions where deleted_at is not null");
    long out =
        stage.number(
            "select count(*) from questions where deleted_at is not null and embedding is null");
    int dimensions = Moments.dimensions(stage, "embedding");
    whole = dimensions == Model.NEW.dimensions() && live == right;
    stage.check(
        "Q1",
        whole && deleted > 0 && deleted == out,
        String.format(
            Locale.ROOT,
            "vector(%d): %,d of %,d live questions have a vector of %s, %,d of %,d deleted ones none",
            dimensions,
            right,
            live,
            Model.NEW.name(),
            out,
            deleted));
  }

  /** Verification with its gate, the index by the planner, the function, and searches. */
  void verified() throws IOException, SQLException {
    JsonNode report = stage.json("verify", "questions", "--limit", "p95=500");
    boolean gates =
        stage.vectorkeeper("verify", "questions", "--limit", "p95=0.001").status() == REFUSED;
    String plan = plan();
    boolean used = plan.contains("idx_questions_embedding");
    double after = relevance.found();
    double chance = relevance.byChance();
    stage.check(
        "Q5",
        whole
            && report.get("passed").asBoolean()
            && gates
            && used
            && after >= 0.9 * before
            && after > 5 * chance,
        String.format(
            Locale.ROOT,
            "all %,d rows have 1,536 dimensions; idx_questions_embedding %s by the planner; recall %.3f; p95 %.1f ms (and 0.001 ms is refused); %.0f %% of what is found is related by WordNet (%.0f %% before, %.1f %% by chance)",
            report.get("vectors").asLong(),
            used ? "used" : "not used",
            found(report, "recall"),
            found(report, "p95"),
            after * 100,
            before * 100,
            chance * 100));
  }

  private static double found(JsonNode report, String check) {
    for (JsonNode one : report.get("checks")) {
      if (one.get("name").asText().equals(check)) {
        return one.get("value").asDouble();
      }
    }
    throw new IllegalStateException("there is no check " + check);
  }

  /** How the team's plain query is run; the planner may read a small table as a whole. */
  private String plan() throws SQLException {
    try (Connection session = stage.session();
        Statement statement = session.createStatement()) {
      statement.execute("set enable_seqscan = " + (stage.full() ? "on" : "off"));
      StringBuilder plan = new StringBuilder();
      try (ResultSet row = statement.executeQuery(PLAIN_SEARCH)) {
        while (row.next()) {
          plan.append(row.getString(1)).append(System.lineSeparator());
        }
      }
      return plan.toString();
    }
  }

  /** The index and the function when all is over. */
  void followed(Statements statements) {
    List<String> indexes =
        stage.column(
            """
            select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
            where i.indrelid = 'questions'::regclass and m.amname = 'hnsw' and i.indisvalid
            """);
    List<String> columns = Moments.columns(stage);
    String function =
        stage.column("select pg_get_functiondef('match_questions_with_solutions'::regproc)").get(0);
    boolean same = function.equals(functionBefore);
    long broken =
        statements.failures().stream().filter(failure -> failure.contains(": search: ")).count();
    stage.check(
        "Q3",
        indexes.equals(List.of("idx_questions_embedding"))
            && columns.equals(List.of("embedding"))
            && same
            && broken == 0
            && statements.count("search") > 0,
        String.format(
            Locale.ROOT,
            "valid at the end: %s on %s; the function %s the team's own; %,d calls of it, %d failed",
            String.join(", ", indexes),
            String.join(", ", columns),
            same ? "is" : "is not",
            statements.count("search"),
            broken));
  }
}
