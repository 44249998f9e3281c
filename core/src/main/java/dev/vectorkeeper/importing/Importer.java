package dev.vectorkeeper.importing;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.adopt.AdoptionOptions;
import dev.vectorkeeper.adopt.AdoptionOptions.Conditions;
import dev.vectorkeeper.importing.Functions.Function;
import dev.vectorkeeper.importing.TextGuess.Certainty;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Proposes how the vectors of a hand-made system are adopted: finds them, the rows and texts that
 * they are of and the models that made them, and writes the configuration that takes them over.
 */
public final class Importer {
  private final Database database;
  private final ImportOptions options;
  private final Optional<Providers> providers;

  /**
   * An import.
   *
   * @param providers whom to ask where it is not sure which text the vectors are of, if anybody
   */
  public Importer(Database database, ImportOptions options, Optional<Providers> providers) {
    this.database = database;
    this.options = options;
    this.providers = providers;
  }

  /**
   * Reads the database and changes nothing in it.
   *
   * @param databaseLine the proposed file's line for the database
   * @throws VectorkeeperException VK-I01 when there is nothing to adopt
   */
  public Proposal propose(String databaseLine) {
    String schema =
        database
            .server()
            .vectorSchema()
            .orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-I01",
                        "There is nothing to adopt: the database has no extension vector, so none of its columns holds vectors."));
    return database.jdbi().withHandle(handle -> new Reading(handle, schema).propose(databaseLine));
  }

  /** One reading of the database. */
  private final class Reading {
    private final Handle handle;
    private final String vectorSchema;
    private final List<Function> functions;
    private final Profiles profiles;
    private final FreeNames names;
    private final Queues queues;
    private final Texts texts;
    private final List<ProposedSource> sources = new ArrayList<>();
    private final List<Adopting> adoptions = new ArrayList<>();
    private final List<Queue> foundQueues = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<String> passed = new ArrayList<>();

    Reading(Handle handle, String vectorSchema) {
      this.handle = handle;
      this.vectorSchema = vectorSchema;
      this.functions = Functions.all(handle);
      this.profiles = new Profiles(options, functions);
      this.names = new FreeNames(handle);
      this.queues = new Queues(handle);
      this.texts = new Texts(handle, functions);
    }

    Proposal propose(String databaseLine) {
      List<VectorColumn> columns = new VectorColumns(handle, vectorSchema).find(options);
      Recognition recognition = new Recognition(handle, vectorSchema);
      List<Handmade> found = new ArrayList<>();
      columns.forEach(column -> recognition.of(column).ifPresent(found::add));
      passed.addAll(recognition.passed());
      List<Handmade> taken = found.stream().filter(f -> propose(f, found)).toList();
      if (taken.isEmpty()) {
        throw new VectorkeeperException("VK-I01", nothing());
      }
      return new Proposal(
          ProposedFile.of(databaseLine, profiles.all(), sources),
          profiles.all(),
          names.switching(taken.get(0).rows().name().schema()),
          adoptions,
          foundQueues,
          Stream.concat(
                  new Parts(handle, functions).of(taken, foundQueues).stream(), parts.stream())
              .toList(),
          passed);
    }

    private String nothing() {
      String where =
          options
              .table()
              .map(table -> "the table " + table)
              .or(() -> options.schema().map(schema -> "the schema " + schema))
              .orElse("the database");
      return "There is nothing to adopt: %s has no column of pgvector's types that could be taken over and is not Vectorkeeper's already.%s"
          .formatted(where, passed.isEmpty() ? "" : " " + String.join(" ", passed));
    }

    private boolean propose(Handmade found, List<Handmade> all) {
      Optional<TextGuess> text = texts.of(found.rows(), found.vectors());
      if (text.isEmpty()) {
        passed.add(
            "%s is left alone: %s has no column with a text that its vectors could be of."
                .formatted(found.vectors(), found.rows().name()));
        return false;
      }
      Home home = Home.of(handle, found);
      Optional<String> already = names.sourceOf(found.rows());
      if (home.elsewhere() && already.isPresent()) {
        passed.add(
            "%s is left alone: its rows are the source %s already. \"vectorkeeper adopt %s --from %s\" takes over what that has no vectors of."
                .formatted(
                    found.vectors(),
                    already.get(),
                    already.get(),
                    Written.name(found.vectors().table().name())));
        return false;
      }
      String name = names.source(name(found, all));
      List<ProposedProfile> made =
          found.made().stream().map(one -> profiles.of(found, one)).toList();
      Optional<Queue> queue = queues.of(found.rows(), name);
      queue.ifPresent(foundQueues::add);
      Optional<Times.Found> times = new Times(handle).of(found);
      List<FilterGuess> filters = new Filters(handle).of(found);
      boolean others = home.inColumn() && filters.stream().anyMatch(f -> f.withVectors() > 0);
      for (int i = 0; i < made.size(); i++) {
        Conditions conditions =
            new Conditions(found.made().get(i).where(), stale(found, queue), others);
        adoptions.add(
            new Adopting(
                name,
                made.get(i).name(),
                found.made().get(i).vectors(),
                adopted(found, home, times).with(conditions)));
      }
      List<String> notes = new ArrayList<>(home.notes());
      if (found.vectors().index().isEmpty()) {
        notes.add("there is no vector index; one is built");
      }
      if (home.elsewhere()) {
        parts.add(home.left(found));
      }
      if (others) {
        notes.add(
            "the vectors of rows that the filter leaves out are removed; adopt without --remove-others keeps them");
      }
      times
          .filter(t -> t.stale() > 0)
          .ifPresent(
              t ->
                  notes.add(
                      "%,d rows were changed after their vector was made, by %s and %s; they are embedded anew"
                          .formatted(t.stale(), t.changed(), t.made())));
      sources.add(
          new ProposedSource(
              name,
              Written.name(found.rows().name()),
              probed(found, text.get(), made.get(0)),
              filters,
              made.stream().map(ProposedProfile::name).toList(),
              found.vectors().index().map(VectorColumn.Index::definition),
              home.placement(),
              names.views(name, found.rows().name().schema()),
              notes));
      return true;
    }

    private String name(Handmade found, List<Handmade> all) {
      boolean several =
          all.stream().filter(f -> f.rows().relation() == found.rows().relation()).count() > 1;
      String stem =
          found.link().isPresent()
              ? found.vectors().table().name().name()
              : found.rows().name().name()
                  + "_"
                  + found.vectors().stem().orElse(found.vectors().name());
      return several ? stem : found.rows().name().name();
    }

    /** What the model says itself, where it may be asked and it is not sure otherwise. */
    private TextGuess probed(Handmade found, TextGuess guess, ProposedProfile profile) {
      boolean ask =
          providers.isPresent()
              && profile.known()
              && guess.certainty() != Certainty.SURE
              && !guess.others().isEmpty();
      return ask
          ? new Probe(handle, providers.get()).choose(found, guess, found.made().get(0), profile)
          : guess;
    }

    private static AdoptionOptions adopted(Handmade found, Home home, Optional<Times.Found> times) {
      AdoptionOptions adopt = AdoptionOptions.DEFAULT;
      if (home.elsewhere()) {
        adopt =
            adopt.withFrom(found.vectors().table().name(), found.keys(), found.vectors().name());
      }
      return times.isPresent() ? adopt.withTimes(times.get().changed(), times.get().made()) : adopt;
    }

    /** Rows that wait in a hand-made queue have an old vector, if they have one. */
    private static Optional<String> stale(Handmade found, Optional<Queue> queue) {
      return queue
          .filter(q -> q.pending() > 0)
          .map(q -> found.keyList() + " in (" + q.pendingKeys() + ")");
    }
  }
}
