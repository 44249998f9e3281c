package dev.vectorkeeper.examples.products;

import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;

/** The second way: rows without a vector are taken up at set times, up to 100 a run (P4). */
final class ScheduledWay {
  private static final int PRODUCTS = 250;
  private static final int DRAFTS = 5;

  /** Each run's write is one statement of one transaction, whose number its rows carry. */
  private static final String WRITES =
      "select count(distinct xmin::text) from products where embedding is not null";

  private static final String EMBEDDED =
      "select count(*) from products where embedding is not null";

  private final Stage stage;
  private final Commands commands;
  private final Shop shop;
  private final Routes routes;

  ScheduledWay(Stage stage, Commands commands, Shop shop, Routes routes) {
    this.stage = stage;
    this.commands = commands;
    this.shop = shop;
    this.routes = routes;
  }

  void run() throws Exception {
    // At full size a tick is waited for, else a run is asked for.
    stage.env("PRODUCTS_CRON", stage.full() ? "* * * * *" : "*/10 * * * *");
    stage.env("PRODUCTS_SCHEDULE", Boolean.toString(stage.full()));
    commands.ok("apply", "--yes", commands.scheduled());
    commands.ok("backfill", "products", commands.scheduled());
    try (Connection session = stage.session()) {
      shop.insert(session, PRODUCTS);
      shop.insertDrafts(session, DRAFTS);
    }
    firstRun();
    long afterFirst = stage.number(EMBEDDED);
    commands.ok("schedule", "run", "generate-embeddings", commands.scheduled());
    commands.ok("schedule", "run", "generate-embeddings", commands.scheduled());
    commands.ok("schedule", "history", "generate-embeddings", commands.scheduled());
    List<Integer> requests = routes.asked(routes.openRouter()).stream().map(List::size).toList();
    long writes = stage.number(WRITES);
    stage.check(
        "P4",
        requests.equals(List.of(100, 100, 50))
            && writes == 3
            && afterFirst == 100
            && stage.number(EMBEDDED) == PRODUCTS,
        "%s: %d products in requests of %s and %d writes; %d drafts left"
            .formatted(
                stage.full() ? "a tick of the minute and two runs by hand" : "three runs by hand",
                stage.number(EMBEDDED),
                requests,
                writes,
                stage.number("select count(*) from products where embedding is null")));
  }

  private void firstRun() throws Exception {
    if (!stage.full()) {
      commands.ok("schedule", "run", "generate-embeddings", commands.scheduled());
      return;
    }
    Path file = stage.work().resolve("vectorkeeper-scheduled.yaml");
    try (Service service = stage.serve(file)) {
      await().atMost(Duration.ofMinutes(3)).until(() -> stage.number(EMBEDDED) > 0);
    }
  }
}
