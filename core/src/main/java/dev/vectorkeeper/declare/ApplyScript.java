package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.CatalogSchema;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Recording;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.profile.Providers;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code apply} runs, as SQL that an administrator can review and run instead. Apply itself is
 * run into a {@link Recording}, which changes nothing. Three things of apply's are not in it: it
 * tries again with longer waits where a table is locked; it takes an advisory lock against another
 * apply; and it counts rows for the figures that {@code status} shows.
 */
public final class ApplyScript {
  private final Database database;
  private final Configuration configuration;
  private final Providers providers;

  public ApplyScript(Database database, Configuration configuration, Providers providers) {
    this.database = database;
    this.configuration = configuration;
    this.providers = providers;
  }

  /** Whether there is nothing to be made of the catalog. */
  boolean isCatalogCurrent() {
    return database.server().vectorVersion().isPresent()
        && new CatalogSchema(database).pending() == 0;
  }

  /** What makes the catalog or brings it up to date, with pgvector where it is missing. */
  public String catalog() {
    ServerRights.require(database);
    ScriptText text = new ScriptText(database, "makes Vectorkeeper's catalog");
    if (database.server().vectorVersion().isEmpty()) {
      text.plain(VectorExtension.create(database) + ";\n");
    }
    String migrations = new CatalogSchema(database).script();
    if (!migrations.isEmpty()) {
      text.plain("begin;\n" + migrations + "commit;\n");
    }
    return text.toString();
  }

  /**
   * All that {@code apply} would run now, once there is a catalog.
   *
   * @throws VectorkeeperException as {@code apply} does where something stands in the way, and
   *     VK-D06 or VK-D05 without a catalog of this version
   */
  public String apply() {
    return apply("does what \"vectorkeeper apply\" would do now");
  }

  /** The same under another heading. */
  String apply(String what) {
    requireCatalog();
    Apply.Plan plan = new Apply(database, configuration, providers).plan();
    ScriptText text = new ScriptText(database, what);
    text.changes(plan.changes());
    if (plan.isEmpty()) {
      return text.toString();
    }
    try (Recording recording = begin()) {
      List<GivenNumbers.Number> before = GivenNumbers.read(database);
      Apply recorded = new Apply(recording.database(), configuration, providers);
      for (Runnable step : recorded.steps(plan)) {
        step.run();
        List<GivenNumbers.Number> given = GivenNumbers.read(recording.database());
        given.removeAll(before);
        text.statements(recording.take(), EnumSet.allOf(ScriptText.Section.class), given);
      }
    }
    return text.toString();
  }

  /**
   * What captures changes, whether it is there already: change logs, views of texts, trigger
   * functions and triggers.
   *
   * @param source of one source only
   * @throws VectorkeeperException VK-C09 when the file declares no such source; else as {@link
   *     #apply()} does
   */
  public String triggers(Optional<String> source) {
    return objects(source, "captures changes", EnumSet.of(ScriptText.Section.CAPTURE));
  }

  /**
   * What stands beside the tables, whether it is there already: tables and views of vectors, search
   * functions and the settings.
   *
   * @param source of one source only
   * @throws VectorkeeperException as {@link #triggers} does
   */
  public String views(Optional<String> source) {
    return objects(source, "stands beside the tables", EnumSet.of(ScriptText.Section.BESIDE));
  }

  /** What stands there by {@link #apply()}, but for the catalog's rows, as if it were made now. */
  String standing() {
    return objects(
        Optional.empty(),
        "stands there",
        EnumSet.of(ScriptText.Section.CAPTURE, ScriptText.Section.BESIDE));
  }

  private String objects(Optional<String> source, String what, Set<ScriptText.Section> sections) {
    source.ifPresent(configuration::requireSource);
    requireCatalog();
    Apply.Plan plan = new Apply(database, configuration, providers).plan();
    ScriptText text = new ScriptText(database, what + ", as \"vectorkeeper apply\" makes it");
    if (!plan.isEmpty()) {
      text.comment(
          "Not all of it is there yet. \"vectorkeeper sql apply\" prints all that belongs together, with the catalog's rows; run that.");
    }
    Set<ScriptText.Section> wanted = EnumSet.of(ScriptText.Section.FRAME);
    wanted.addAll(sections);
    var settings = Apply.settings(configuration);
    try (Recording recording = begin()) {
      Database recorded = recording.database();
      if (source.isEmpty()) {
        recorded.jdbi().useTransaction(settings::createAll);
      }
      for (SourcePlan planned : plan.sources()) {
        if (source.isEmpty() || source.get().equals(planned.definition().name())) {
          new SourceDeclarer(recorded, providers, planned.anew(), settings).makeObjects();
        }
      }
      text.statements(recording.take(), wanted, List.of());
    }
    return text.toString();
  }

  private void requireCatalog() {
    Catalog catalog = new Catalog(database.jdbi());
    if (!catalog.isPresent()) {
      throw new VectorkeeperException(
          "VK-D06",
          "This database has no catalog yet. \"vectorkeeper sql catalog\" prints what makes it; run that first.");
    }
    if (new CatalogSchema(database).pending() > 0) {
      throw new VectorkeeperException(
          "VK-D05",
          "The catalog in this database is of an older version of Vectorkeeper. \"vectorkeeper sql catalog\" prints what brings it up to date; run that first.");
    }
    catalog.requirePresent();
  }

  private Recording begin() {
    Recording recording = Recording.of(database);
    GivenNumbers.COLUMNS.forEach(
        (table, column) -> recording.keepNumbers(SqlName.catalog(table), column));
    return recording;
  }
}
