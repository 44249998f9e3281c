package dev.vectorkeeper.catalog;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/** The catalog's tables, brought up to date by Flyway, whose history stands in the same schema. */
public final class CatalogSchema {
  /** The schema's name. */
  public static final String NAME = "vectorkeeper";

  /** The number of the newest migration. */
  public static final int VERSION = 16;

  private static final String PLACE = "dev/vectorkeeper/catalog/";

  private static final String HISTORY =
      """
      create table if not exists vectorkeeper.flyway_history (
        installed_rank integer not null constraint flyway_history_pk primary key,
        version varchar(50),
        description varchar(200) not null,
        type varchar(20) not null,
        script varchar(1000) not null,
        checksum integer,
        installed_by varchar(100) not null,
        installed_on timestamp not null default now(),
        execution_time integer not null,
        success boolean not null);
      create index if not exists flyway_history_s_idx on vectorkeeper.flyway_history (success);
      """;

  /** As the library would write it once it has run the migration. */
  private static final String DONE =
      """
      insert into vectorkeeper.flyway_history
        (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
      select coalesce(max(installed_rank), 0) + 1, {version}, {description}, 'SQL', {script}, {checksum}, current_user, 0, true
      from vectorkeeper.flyway_history;
      """;

  private final Flyway flyway;

  public CatalogSchema(Database database) {
    Properties properties = database.url().properties();
    flyway =
        Flyway.configure(CatalogSchema.class.getClassLoader())
            .dataSource(
                database.url().jdbcUrl(),
                properties.getProperty("user"),
                properties.getProperty("password"))
            .jdbcProperties(others(properties))
            .schemas(NAME)
            .defaultSchema(NAME)
            .createSchemas(true)
            .locations("classpath:" + PLACE.substring(0, PLACE.length() - 1))
            .table("flyway_history")
            .connectRetries(0)
            .communityDBSupportEnabled(false)
            .load();
  }

  private static java.util.Map<String, String> others(Properties properties) {
    java.util.Map<String, String> others = new java.util.HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (!name.equals("user") && !name.equals("password")) {
        others.put(name, properties.getProperty(name));
      }
    }
    return others;
  }

  /** How many migrations are still to be run. */
  public int pending() {
    try {
      return flyway.info().pending().length;
    } catch (FlywayException e) {
      throw failed(e);
    }
  }

  /** The version that the catalog is at, or nothing in a database that has none. */
  public java.util.Optional<String> version() {
    MigrationInfo current = flyway.info().current();
    return java.util.Optional.ofNullable(current)
        .map(MigrationInfo::getVersion)
        .map(Object::toString);
  }

  /** What is pending as SQL, for somebody who wants to run it by hand; empty where nothing is. */
  public String script() {
    MigrationInfo[] pending = flyway.info().pending();
    if (pending.length == 0) {
      return "";
    }
    StringBuilder script = new StringBuilder("create schema if not exists vectorkeeper;\n");
    script.append("set search_path = vectorkeeper, \"$user\", public;\n").append(HISTORY);
    for (MigrationInfo migration : pending) {
      script.append("\n-- ").append(migration.getScript()).append('\n');
      script.append(text(migration.getScript()).strip()).append("\n\n");
      script.append(
          SqlText.of(DONE)
              .with("version", SqlName.literal(String.valueOf(migration.getVersion())))
              .with("description", SqlName.literal(migration.getDescription()))
              .with("script", SqlName.literal(migration.getScript()))
              .with("checksum", String.valueOf(migration.getChecksum()))
              .sql());
    }
    return script.toString();
  }

  private static String text(String script) {
    try (InputStream file =
        CatalogSchema.class.getClassLoader().getResourceAsStream(PLACE + script)) {
      return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs what is pending; several processes may do so at once. */
  public void migrate() {
    try {
      flyway.migrate();
    } catch (FlywayException e) {
      throw failed(e);
    }
  }

  private static VectorkeeperException failed(FlywayException e) {
    String reason =
        String.valueOf(e.getMessage())
            .lines()
            .map(String::trim)
            .filter(line -> !line.isEmpty())
            .limit(2)
            .collect(Collectors.joining(" "));
    return new VectorkeeperException(
        "VK-D05",
        "The catalog in schema vectorkeeper could not be brought up to date: " + reason,
        e);
  }
}
