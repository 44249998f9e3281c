package dev.vectorkeeper.examples.products;

import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.Play;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** Where keys may lie, that none is ever shown, and how Supabase's variables connect (P8). */
final class Keys {
  /** For each table without vectors a look for a row that shows the key. */
  private static final String TABLES =
      """
      select format('select count(*) from %s t where strpos(t::text, ?) > 0', c.oid::regclass)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname in ('public', 'vectorkeeper', 'vault')
        and not exists (
          select from pg_attribute a join pg_type y on y.oid = a.atttypid
          where a.attrelid = c.oid and y.typname = 'vector')
      """;

  private final Stage stage;
  private final Commands commands;
  private final Routes routes;
  private final KeyWatch watch;

  Keys(Stage stage, Commands commands, Routes routes, KeyWatch watch) {
    this.stage = stage;
    this.commands = commands;
    this.routes = routes;
    this.watch = watch;
  }

  void run() throws Exception {
    Path secrets = Files.createDirectory(stage.work().resolve("secrets"));
    List<String> from = new ArrayList<>(List.of("environment"));
    fromFile(secrets, from);
    fromStore(secrets, from);
    fromVault(from);
    refusedWithKey();
    boolean connected = connectsBySupabase();
    List<String> shown = shown(secrets);
    stage.check(
        "P8",
        from.size() == 4 && connected && shown.isEmpty() && watch.finds() == 0 && watch.looks() > 0,
        "keys from %s (a stand-in); shown in %d outputs, files and tables and %d of %,d looks at statements; SUPABASE_ variables %s"
            .formatted(
                String.join(", ", from),
                shown.size(),
                watch.finds(),
                watch.looks(),
                connected ? "connect" : "do not connect"));
  }

  private void fromFile(Path secrets, List<String> from) throws IOException {
    Path file = secrets.resolve("openrouter.key");
    Files.writeString(file, StrictVendorServer.KEY + "\n");
    tried("file", "file:" + file, from);
  }

  private void fromStore(Path secrets, List<String> from) throws IOException {
    routes.throughOpenRouter();
    Path key = secrets.resolve("vectorkeeper.key");
    commands.ok("secrets", "new-key", key.toString());
    stage.env("VECTORKEEPER_SECRET_KEY_FILE", key.toString());
    commands.ok("secrets", "set", "openrouter", "--from-env", "OPENROUTER_API_KEY");
    commands.ok("secrets", "list");
    tried("sealed store", "secret:openrouter", from);
  }

  private void fromVault(List<String> from) throws Exception {
    stage.script("stand-in-vault.sql");
    try (Connection session = stage.session()) {
      InsideTheDatabase.keepInVault(session, "openrouter_api_key", StrictVendorServer.KEY);
    }
    tried("Vault", "vault:openrouter_api_key", from);
  }

  /** The service on loopback answers nobody who has another key. */
  private void tried(String place, String reference, List<String> from) {
    routes.keyOfOpenRouter(reference);
    int before = routes.openRouter().requests().size();
    boolean good = commands.run("provider", "test", "small").status() == 0;
    if (good && routes.openRouter().requests().size() > before) {
      from.add(place);
    }
  }

  /** A service that quotes the key when it refuses a text. */
  private void refusedWithKey() {
    stage.sql(
        "update products set embedding_text = 'refused: ' || name where product_id_internal = (select max(product_id_internal) from products)");
    routes.openRouter().script(request -> Play.INVALID_INPUT);
    commands.run("worker", "--once");
    commands.ok("failures", "list", "products");
    routes.openRouter().script(request -> Play.ANSWER);
    commands.ok("failures", "retry", "products", "--all");
    commands.ok("worker", "--once");
    commands.ok("backfill", "products", "--report", stage.work().resolve("reports").toString());
  }

  /** One command with nothing but these set. */
  private boolean connectsBySupabase() throws IOException {
    String url = stage.environment().get("DATABASE_URL");
    URI address = URI.create(stage.database().url().jdbcUrl().substring("jdbc:".length()));
    Properties user = stage.database().url().properties();
    stage.env("DATABASE_URL", null);
    stage.env("SUPABASE_HOST", address.getHost());
    stage.env("SUPABASE_PORT", Integer.toString(address.getPort()));
    stage.env("SUPABASE_DATABASE", address.getPath().substring(1));
    stage.env("SUPABASE_USER", user.getProperty("user"));
    stage.env("SUPABASE_PASSWORD", user.getProperty("password"));
    try {
      return commands.json("status").at("/collections/0/rows/embedded").asLong()
          == stage.number("select count(*) from products where embedding is not null");
    } finally {
      stage.env("DATABASE_URL", url);
      stage.env("SUPABASE_HOST", null);
    }
  }

  /** Where the key is found: what commands printed, files of the run, tables. */
  private List<String> shown(Path secrets) throws IOException, SQLException {
    List<String> places = new ArrayList<>();
    if (Stream.concat(Stream.of(StrictVendorServer.KEY), routes.realKeys().stream())
        .anyMatch(commands.printed()::contains)) {
      places.add("the output of commands");
    }
    try (Stream<Path> files = Files.walk(stage.work())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.startsWith(secrets) && holdsKey(file)) {
          places.add(file.getFileName().toString());
        }
      }
    }
    try (Connection session = stage.session()) {
      for (String look : stage.column(TABLES)) {
        if (holdsKey(session, look)) {
          places.add(look);
        }
      }
    }
    return places;
  }

  private static boolean holdsKey(Connection session, String look) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement(look)) {
      statement.setString(1, StrictVendorServer.KEY);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getLong(1) > 0;
      }
    }
  }

  private static boolean holdsKey(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
        .contains(StrictVendorServer.KEY);
  }
}
