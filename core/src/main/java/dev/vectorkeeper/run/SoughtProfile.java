package dev.vectorkeeper.run;

import dev.vectorkeeper.profile.Profile;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which of a source's profiles is meant, by its name or by what it is; each that is given must be
 * met.
 *
 * @param name the profile's name
 * @param provider its provider
 * @param model its model
 * @param dimensions components of its vectors
 * @param task its task
 */
public record SoughtProfile(
    Optional<String> name,
    Optional<String> provider,
    Optional<String> model,
    Optional<Integer> dimensions,
    Optional<String> task) {

  /** Every profile of the source. */
  public static final SoughtProfile ANY = named(Optional.empty());

  /** The profile of a name; every one where nothing is given. */
  public static SoughtProfile named(Optional<String> name) {
    return new SoughtProfile(
        name, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  boolean isMetBy(Profile profile) {
    return name.filter(n -> !n.equals(profile.name())).isEmpty()
        && provider.filter(p -> !p.equals(profile.space().provider())).isEmpty()
        && model.filter(m -> !m.equals(profile.space().model())).isEmpty()
        && dimensions.filter(d -> d != profile.space().dimensions()).isEmpty()
        && task.filter(t -> !t.equals(profile.space().task())).isEmpty();
  }

  /** For people: what was given. */
  @Override
  public String toString() {
    return Stream.of(
            name.map(n -> "profile " + n),
            provider.map(p -> "provider " + p),
            model.map(m -> "model " + m),
            dimensions.map(d -> d + " dimensions"),
            task.map(t -> "task " + t))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(", "));
  }
}
