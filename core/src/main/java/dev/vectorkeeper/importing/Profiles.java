package dev.vectorkeeper.importing;

import dev.vectorkeeper.importing.Functions.Function;
import dev.vectorkeeper.importing.KnownModels.Known;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The profiles of the proposed file: one for each model that made vectors, as the vectors' table
 * says, else as the command or a function of the database names it.
 */
final class Profiles {
  private final ImportOptions options;
  private final List<Function> functions;
  private final List<ProposedProfile> profiles = new ArrayList<>();

  Profiles(ImportOptions options, List<Function> functions) {
    this.options = options;
    this.functions = functions;
  }

  List<ProposedProfile> all() {
    return profiles;
  }

  /** The profile of some vectors. */
  ProposedProfile of(Handmade found, Made made) {
    ProposedProfile wanted = read(found, made);
    return profiles.stream()
        .filter(known -> known.known() && same(known, wanted))
        .findFirst()
        .orElseGet(
            () -> {
              ProposedProfile named = named(wanted);
              profiles.add(named);
              return named;
            });
  }

  private static boolean same(ProposedProfile one, ProposedProfile other) {
    return one.providers().equals(other.providers())
        && one.model().equals(other.model())
        && one.dimensions() == other.dimensions()
        && one.task().equals(other.task());
  }

  private ProposedProfile named(ProposedProfile profile) {
    String first =
        profile.providers().isEmpty() ? "todo" : Written.plain(profile.providers().get(0), 40);
    String second = first + "_" + Written.plain(profile.model().orElse(""), 40);
    String name =
        Stream.concat(
                Stream.of(first, second), Stream.iterate(2, i -> i + 1).map(i -> second + "_" + i))
            .filter(free -> profiles.stream().noneMatch(known -> known.name().equals(free)))
            .findFirst()
            .orElseThrow();
    return new ProposedProfile(
        name,
        profile.providers(),
        profile.model(),
        profile.dimensions(),
        profile.task(),
        profile.notes());
  }

  private ProposedProfile read(Handmade found, Made made) {
    List<String> notes = new ArrayList<>();
    Optional<String> told = made.provider().flatMap(KnownModels::provider);
    if (made.provider().isPresent() && told.isEmpty()) {
      notes.add(
          "%s says \"%s\", which is no provider here"
              .formatted(found.vectors().table().name(), made.provider().get()));
    }
    Optional<Known> named =
        made.model().isEmpty() && options.model().isEmpty()
            ? inFunctions(found, made)
            : Optional.empty();
    Optional<String> model = made.model().or(options::model).or(() -> named.map(Known::model));
    List<String> providers =
        told.map(List::of)
            .or(() -> Optional.of(options.providers()).filter(given -> !given.isEmpty()))
            .or(() -> named.map(known -> List.of(known.provider())))
            .or(() -> model.flatMap(KnownModels::providerOf).map(List::of))
            .orElse(List.of());
    if (model.isEmpty() || providers.isEmpty()) {
      notes.add(missing(found, made));
    }
    return new ProposedProfile(
        "", providers, model, made.dimensions(), task(made, providers, model, notes), notes);
  }

  private Optional<Known> inFunctions(Handmade found, Made made) {
    return KnownModels.namedIn(
        functions.stream()
            .filter(function -> function.concerns(found.rows(), found.vectors().name()))
            .toList(),
        made.dimensions());
  }

  private static Optional<String> task(
      Made made, List<String> providers, Optional<String> model, List<String> notes) {
    Optional<String> task =
        made.task()
            .filter(
                name ->
                    providers.stream()
                        .anyMatch(p -> KnownModels.hasTask(p, model.orElse(""), name)));
    if (task.isEmpty() && made.task().isPresent()) {
      notes.add(
          "the task \"%s\" is left out: the model knows none of that name"
              .formatted(made.task().get()));
    }
    return task;
  }

  private static String missing(Handmade found, Made made) {
    String candidates =
        KnownModels.of(made.dimensions()).stream()
            .map(Known::toString)
            .collect(Collectors.joining(", "));
    return "nothing in the database says which model made the vectors of %s; say --provider and --model. Of %d dimensions are%s"
        .formatted(
            found.vectors(),
            made.dimensions(),
            candidates.isEmpty() ? " none of the well-known ones" : ": " + candidates);
  }
}
