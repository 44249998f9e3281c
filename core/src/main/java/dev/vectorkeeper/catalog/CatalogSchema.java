package dev.vectorkeeper.catalog;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
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
  public static final int VERSION = 15;

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
            .locations("classpath:dev/vectorkeeper/catalog")
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
