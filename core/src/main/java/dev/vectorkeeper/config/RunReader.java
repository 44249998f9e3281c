package dev.vectorkeeper.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.run.RunRequest;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the arguments of an operation, which schedules and routes preset. */
final class RunReader {
  private static final String[] ARGUMENTS = {
    "operation",
    "source",
    "profile",
    "provider",
    "model",
    "dimensions",
    "task",
    "limit",
    "last",
    "seconds"
  };
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Problems problems;
  private final Set<String> sources;
  private final Set<String> profiles;

  RunReader(Problems problems, Set<String> sources, Set<String> profiles) {
    this.problems = problems;
    this.sources = sources;
    this.profiles = profiles;
  }

  /** Reports keys that neither this nor the caller reads. */
  static void allow(Section section, String... others) {
    section.allow(Stream.of(others, ARGUMENTS).flatMap(Stream::of).toArray(String[]::new));
  }

  Optional<String> source(Section section) {
    Optional<String> source = section.required("source");
    source
        .filter(found -> !sources.contains(found))
        .ifPresent(found -> problems.addUnknown(section.line("source"), "source", found, sources));
    return source;
  }

  ObjectNode arguments(Section section) {
    ObjectNode node = JSON.createObjectNode();
    Optional<String> profile = section.text("profile");
    profile
        .filter(found -> !profiles.contains(found))
        .ifPresent(
            found -> problems.addUnknown(section.line("profile"), "profile", found, profiles));
    profile.ifPresent(value -> node.put("profile", value));
    for (String name : new String[] {"provider", "model", "task"}) {
      section.text(name).ifPresent(value -> node.put(name, value));
    }
    section.number("dimensions", 1, 64_000).ifPresent(value -> node.put("dimensions", value));
    section.number("limit", 1, RunRequest.MOST).ifPresent(value -> node.put("limit", value));
    section.number("last", 1, Integer.MAX_VALUE).ifPresent(value -> node.put("last", value));
    section
        .number("seconds", 1, (int) RunRequest.LONGEST.toSeconds())
        .ifPresent(value -> node.put("seconds", value));
    return node;
  }
}
