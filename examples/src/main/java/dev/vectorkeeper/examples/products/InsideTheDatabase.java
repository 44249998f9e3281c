package dev.vectorkeeper.examples.products;

import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.app.command.CronCluster;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The third way: pg_cron has the database itself call the server (P5). On a private server of its
 * own, because pg_cron has to be loaded when the server starts.
 */
final class InsideTheDatabase {
  private static final int PRODUCTS = 120;
  private static final String SCHEDULED = "vectorkeeper-scheduled.yaml";

  private static final String EMBEDDED =
      "select count(*) from products where embedding is not null";

  private static final String RUNS =
      "select status from cron.job_run_details where status in ('succeeded', 'failed')";

  /** Rows of pg_cron's that hold the token itself. */
  private static final String SHOWN =
      """
      select count(*) from (select j::text from cron.job j union all select d::text from cron.job_run_details d) of (row)
      where strpos(of.row, (select decrypted_secret from vault.decrypted_secrets where name = 'vectorkeeper_token')) > 0
      """;

  private final Stage stage;
  private final Commands commands;
  private final Shop shop;
  private final Routes routes;

  InsideTheDatabase(Stage stage, Commands commands, Shop shop, Routes routes) {
    this.stage = stage;
    this.commands = commands;
    this.shop = shop;
    this.routes = routes;
  }

  void run() throws Exception {
    Map<String, String> before = stage.environment();
    // Beside the run's own directory, which the server's user may not enter.
    Path directory = Files.createTempDirectory("vectorkeeper-products-cron");
    try (CronCluster cluster = CronCluster.start(directory, "pg_cron")) {
      stage.env("DATABASE_URL", cluster.address());
      stage.env("PRODUCTS_SCHEDULE", "false");
      boolean http = cluster.has("http");
      prepare(cluster, http);
      called(cluster, http);
    } catch (CronCluster.Lacking e) {
      stage.notMet("P5", "what it needs is not on this machine: " + e.getMessage());
    } finally {
      stage.env("DATABASE_URL", before.get("DATABASE_URL"));
      stage.env("PRODUCTS_SCHEDULE", before.get("PRODUCTS_SCHEDULE"));
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private void prepare(CronCluster cluster, boolean http) throws Exception {
    script(cluster, "schema.sql");
    script(cluster, "stand-in-vault.sql");
    if (!http) {
      script(cluster, "stand-in-http.sql");
    }
    commands.ok("apply", "--yes", commands.scheduled());
    commands.ok("backfill", "products", commands.scheduled());
    try (Connection session = cluster.session()) {
      shop.insert(session, PRODUCTS);
      String token =
          commands
              .ok("token", "create", "pg-cron", "--scope", "operate", commands.scheduled())
              .out()
              .strip();
      keepInVault(session, "vectorkeeper_token", token);
    }
  }

  private void script(CronCluster cluster, String file) throws Exception {
    stage.say("$ psql -f " + file);
    cluster.sql(Files.readString(stage.work().resolve(file)));
  }

  /** As {@code vault.create_secret} is called where the value shall not stand in a statement. */
  static void keepInVault(Connection session, String name, String secret) throws SQLException {
    try (PreparedStatement create = session.prepareStatement("select vault.create_secret(?, ?)")) {
      create.setString(1, secret);
      create.setString(2, name);
      create.execute();
    }
  }

  private void called(CronCluster cluster, boolean http) throws Exception {
    int before = routes.asked(routes.openRouter()).size();
    try (Service service = stage.serve(stage.work().resolve(SCHEDULED))) {
      String script =
          commands
              .ok(
                  "sql",
                  "pg-cron",
                  "products",
                  "--with=http",
                  "--cron=" + (stage.full() ? "* * * * *" : "0 0 1 1 *"),
                  "--url=" + service.address(),
                  commands.scheduled())
              .out();
      cluster.sql(script);
      String how = ticked(cluster);
      List<Integer> requests =
          routes.asked(routes.openRouter()).stream().skip(before).map(List::size).toList();
      boolean worked =
          requests.equals(List.of(100))
              && cluster.column(EMBEDDED).equals(List.of("100"))
              && cluster.column(SHOWN).equals(List.of("0"));
      String seen =
          "%s called by %s: %s of %d products in requests of %s"
              .formatted(
                  how,
                  http ? "http" : "a stand-in for http",
                  cluster.column(EMBEDDED).get(0),
                  PRODUCTS,
                  requests);
      if (http || !worked) {
        stage.check("P5", worked, seen + "; stand-in for the Vault");
      } else {
        stage.notMet("P5", seen + "; the real http is not on this machine; stand-in for the Vault");
      }
    }
  }

  /** At full size a tick of pg_cron is waited for, else its job is run at once. */
  private String ticked(CronCluster cluster) throws SQLException {
    if (!stage.full()) {
      cluster.sql(cluster.column("select command from cron.job").get(0));
      return "the job of a real pg_cron, run by hand,";
    }
    await().atMost(Duration.ofMinutes(3)).until(() -> !cluster.column(RUNS).isEmpty());
    String outcome = cluster.column(RUNS).get(0);
    cluster.sql("select cron.unschedule('vectorkeeper-products')");
    return "a tick of a real pg_cron (" + outcome + ")";
  }
}
