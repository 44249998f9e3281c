package dev.vectorkeeper.importing;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.vectorkeeper.adopt.AdoptionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An adoption that follows the proposed file.
 *
 * @param source the source
 * @param profile the collection, by its profile
 * @param vectors how many vectors there are to take over
 * @param options what is asked of it
 */
public record Adopting(
    String source, String profile, long vectors, @JsonIgnore AdoptionOptions options) {

  /** The command that carries it out, with its arguments. */
  public String getCommand() {
    List<String> words =
        new ArrayList<>(List.of("vectorkeeper", "adopt", source, "--profile", profile));
    options
        .from()
        .ifPresent(
            from -> {
              words.addAll(List.of("--from", Written.name(from)));
              words.addAll(List.of("--key", String.join(",", options.keys())));
              if (!options.vector().equals("embedding")) {
                words.addAll(List.of("--vector", options.vector()));
              }
            });
    options.changedAt().ifPresent(column -> words.addAll(List.of("--changed-at", column)));
    options.embeddedAt().ifPresent(column -> words.addAll(List.of("--embedded-at", column)));
    options.conditions().where().ifPresent(where -> words.addAll(List.of("--where", where)));
    options.conditions().stale().ifPresent(stale -> words.addAll(List.of("--stale-where", stale)));
    if (options.conditions().others()) {
      words.add("--remove-others");
    }
    return words.stream().map(Written::shell).collect(Collectors.joining(" "));
  }
}
