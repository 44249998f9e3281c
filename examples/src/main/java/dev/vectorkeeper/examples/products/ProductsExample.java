package dev.vectorkeeper.examples.products;

import dev.vectorkeeper.examples.Criterion;
import dev.vectorkeeper.examples.Example;
import dev.vectorkeeper.examples.Stage;
import java.util.List;

/**
 * A shop whose products carry their vectors in a column of their own table, filled in real time, on
 * a schedule, or from inside the database.
 */
public final class ProductsExample implements Example {
  @Override
  public String name() {
    return "products";
  }

  @Override
  public List<Criterion> criteria() {
    return List.of(
        new Criterion("P1", "embedding_text becomes embedding vector(1536)"),
        new Criterion("P2", "OpenRouter where it has a key, else OpenAI; moving embeds nothing"),
        new Criterion("P3", "real time: within a second, and no writer waits for a provider"),
        new Criterion("P4", "schedule: up to 100 rows in one request and one write"),
        new Criterion("P5", "pg_cron calls the server from inside the database"),
        new Criterion("P6", "generate-embedding answers a text with its vector"),
        new Criterion("P7", "a vector set to null by hand is made again"),
        new Criterion("P8", "keys from four places, never shown; SUPABASE_ variables connect"));
  }

  @Override
  public void run(Stage stage) throws Exception {
    Shop shop = new Shop(stage.texts());
    Commands commands = new Commands(stage);
    Routes routes = new Routes(stage, shop);
    try (KeyWatch watch = new KeyWatch(stage)) {
      stage.script("schema.sql");
      routes.throughOpenRouter();
      new ScheduledWay(stage, commands, shop, routes).run();
      new RealTimeWay(stage, commands, shop, routes).run();
      new ChangeOfRoute(stage, commands, shop, routes).run();
      new InsideTheDatabase(stage, commands, shop, routes).run();
      new Keys(stage, commands, routes, watch).run();
    }
  }
}
