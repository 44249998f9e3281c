package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.activation.ActivationObjects;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.CatalogSchema;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.derived.DerivedDeclarer;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.schedule.ScheduleDefinition;
import dev.vectorkeeper.schedule.Schedules;
import dev.vectorkeeper.source.DerivedDefinition;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes true in the database what the configuration file declares. {@link #plan()} checks
 * everything and changes nothing; {@link #execute} then carries the plan out, each source in one
 * transaction. Doing it twice changes nothing the second time; what the file no longer names is
 * left as it is.
 */
public final class Apply {
  /**
   * What would change.
   *
   * @param changes a sentence for each change, in order
   * @param notes what is worth knowing and changes nothing
   * @param sources the sources in which something changes
   * @param derived the derived vectors that are made or renewed
   * @param schedules the schedules that are added or changed
   */
  public record Plan(
      List<String> changes,
      List<String> notes,
      List<SourcePlan> sources,
      List<DerivedDefinition> derived,
      List<ScheduleDefinition> schedules) {
    public boolean isEmpty() {
      return changes.isEmpty();
    }
  }

  private final Database database;
  private final Configuration configuration;
  private final Providers providers;
  private final Optional<Added> added;

  public Apply(Database database, Configuration configuration, Providers providers) {
    this(database, configuration, providers, Optional.empty());
  }

  private Apply(
      Database database, Configuration configuration, Providers providers, Optional<Added> added) {
    this.database = database;
    this.configuration = configuration;
    this.providers = providers;
    this.added = added;
  }

  /**
   * Makes one more collection of a source, and nothing else, also where it was retired before; a
   * file alone never brings back what was retired.
   *
   * @param column the column of the source's own table that holds its vectors, if one does
   */
  public static Apply adding(
      Database database,
      Configuration configuration,
      Providers providers,
      SourceDefinition source,
      String profile,
      Optional<String> column) {
    return new Apply(
        database,
        configuration.with(source.withCollection(profile, column)),
        providers,
        Optional.of(new Added(source.name(), profile)));
  }

  /** A collection that is made beside those that the file declares. */
  private record Added(String source, String profile) {}

  private boolean concerns(String source) {
    return added.isEmpty() || added.get().source().equals(source);
  }

  /**
   * Checks the whole file against the database.
   *
   * @throws VectorkeeperException for the first thing that stands in the way
   */
  public Plan plan() {
    List<String> changes = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    planServer(changes);
    Catalog catalog = new Catalog(database.jdbi());
    boolean present = catalog.isPresent();
    if (present && new CatalogSchema(database).pending() > 0) {
      notes.add("What the file declares is compared with the catalog once that is up to date.");
      return new Plan(changes, notes, List.of(), List.of(), List.of());
    }
    planProfiles(present ? catalog.profiles() : List.of(), changes);
    List<Source> sources = present ? catalog.sources() : List.of();
    List<Collection> collections = present ? catalog.collections() : List.of();
    TakenNames taken = new TakenNames(sources, collections);
    List<SourcePlan> plans = new ArrayList<>();
    for (SourceDefinition definition : configuration.sources().values()) {
      if (!concerns(definition.name())) {
        continue;
      }
      Optional<Source> existing =
          sources.stream().filter(source -> source.name().equals(definition.name())).findFirst();
      SourcePlan plan =
          new SourcePlanner(database, providers, definition, taken, added.map(Added::profile))
              .plan(existing, collections);
      changes.addAll(plan.changes());
      notes.addAll(plan.notes());
      plans.add(plan);
    }
    for (Source source : sources) {
      if (!configuration.sources().containsKey(source.name())) {
        notes.add(
            "The source %s is no longer in the file; it is left as it is."
                .formatted(source.name()));
      }
    }
    ActivationObjects settings = settings(configuration);
    database.jdbi().useHandle(handle -> changes.addAll(settings.plan(handle)));
    List<DerivedDefinition> derived = new ArrayList<>();
    for (DerivedDefinition definition : configuration.derived().values()) {
      if (!concerns(definition.source())) {
        continue;
      }
      boolean renewed =
          plans.stream()
              .anyMatch(
                  plan ->
                      plan.definition().name().equals(definition.source())
                          && plan.changesCollections());
      new DerivedDeclarer(database, definition)
          .plan(present)
          .or(
              () ->
                  renewed
                      ? Optional.of("renew the derived vectors " + definition.name())
                      : Optional.empty())
          .ifPresent(
              change -> {
                changes.add(change);
                derived.add(definition);
              });
    }
    return new Plan(changes, notes, plans, derived, planSchedules(present, changes, notes));
  }

  private List<ScheduleDefinition> planSchedules(
      boolean present, List<String> changes, List<String> notes) {
    if (added.isPresent()) {
      return List.of();
    }
    List<ScheduleDefinition> known = present ? new Schedules(database).definitions() : List.of();
    List<ScheduleDefinition> planned = new ArrayList<>();
    for (ScheduleDefinition schedule : configuration.schedules().values()) {
      Optional<ScheduleDefinition> old =
          known.stream().filter(k -> k.name().equals(schedule.name())).findFirst();
      if (old.isEmpty() || !old.get().declares(schedule)) {
        planned.add(schedule);
        changes.add(
            "%s the schedule %s: %s of %s at %s (%s)%s"
                .formatted(
                    old.isEmpty() ? "add" : "change",
                    schedule.name(),
                    schedule.request().operation(),
                    schedule.request().source(),
                    schedule.cron().expression(),
                    schedule.cron().zone(),
                    old.isEmpty() && !schedule.enabled() ? ", disabled" : ""));
      }
    }
    known.stream()
        .filter(schedule -> !configuration.schedules().containsKey(schedule.name()))
        .forEach(
            schedule ->
                notes.add(
                    "The schedule %s is no longer in the file; it is left as it is. \"vectorkeeper schedule remove %s\" removes it."
                        .formatted(schedule.name(), schedule.name())));
    return planned;
  }

  /** Beside the first source's table unless the file says otherwise. */
  static ActivationObjects settings(Configuration configuration) {
    String schema =
        configuration
            .settingsSchema()
            .or(
                () ->
                    configuration.sources().values().stream()
                        .findFirst()
                        .map(source -> source.table().orSchema("public").schema()))
            .orElse("public");
    return new ActivationObjects(schema);
  }

  private void planServer(List<String> changes) {
    ServerRights.require(database);
    if (database.server().vectorVersion().isEmpty()) {
      changes.add("install the extension vector");
    }
    int pending = new CatalogSchema(database).pending();
    if (pending > 0) {
      changes.add(
          "bring the catalog in schema vectorkeeper up to date (%d %s)"
              .formatted(pending, pending == 1 ? "migration" : "migrations"));
    }
  }

  private void planProfiles(List<Profile> existing, List<String> changes) {
    for (String name : usedProfiles()) {
      var space = providers.space(name);
      Optional<Profile> known =
          existing.stream().filter(profile -> profile.name().equals(name)).findFirst();
      if (known.isEmpty()) {
        changes.add(
            "add the profile %s: %s, %d dimensions"
                .formatted(name, space.model(), space.dimensions()));
      } else if (!known.get().space().fingerprint().equals(space.fingerprint())) {
        throw new VectorkeeperException(
            "VK-A01",
            "The profile %s makes other vectors than those stored under it: it was %s with %d dimensions. Vectors of two spaces must not mix; declare the new one under another name and add it to the source's collections."
                .formatted(name, known.get().space().model(), known.get().space().dimensions()));
      }
    }
  }

  private Set<String> usedProfiles() {
    Set<String> used = new LinkedHashSet<>();
    configuration.sources().values().forEach(source -> used.addAll(source.collections()));
    return used;
  }

  /** Carries a plan out. */
  public void execute(Plan plan) {
    carryOut(prepare() ? plan() : plan);
  }

  /**
   * Installs pgvector where it is missing and brings the catalog up to date; whether there was an
   * older one, with which nothing could be planned.
   */
  boolean prepare() {
    if (database.server().vectorVersion().isEmpty()) {
      String create = VectorExtension.create(database);
      database.jdbi().useHandle(handle -> Ddl.run(handle, create));
      database.reopen();
    }
    boolean older = new Catalog(database.jdbi()).isPresent();
    older &= new CatalogSchema(database).pending() > 0;
    new CatalogSchema(database).migrate();
    return older;
  }

  /** Carries out what is left of a plan with a catalog of this version. */
  void carryOut(Plan plan) {
    steps(plan).forEach(Runnable::run);
    changed(plan).forEach(source -> declarer(source).count());
  }

  /** What is to be done, in order; each step is a transaction or a few. */
  List<Runnable> steps(Plan plan) {
    List<Runnable> steps = new ArrayList<>();
    steps.add(() -> database.jdbi().useTransaction(settings(configuration)::create));
    changed(plan).forEach(source -> steps.add(() -> declarer(source).declare()));
    plan.derived()
        .forEach(derived -> steps.add(() -> new DerivedDeclarer(database, derived).execute()));
    plan.schedules().forEach(schedule -> steps.add(() -> new Schedules(database).put(schedule)));
    return steps;
  }

  private static List<SourcePlan> changed(Plan plan) {
    return plan.sources().stream().filter(source -> !source.changes().isEmpty()).toList();
  }

  private SourceDeclarer declarer(SourcePlan source) {
    return new SourceDeclarer(database, providers, source, settings(configuration));
  }
}
