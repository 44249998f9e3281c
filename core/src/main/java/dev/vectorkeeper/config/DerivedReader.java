package dev.vectorkeeper.config;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.DerivedDefinition;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one entry below {@code derived}. */
final class DerivedReader {
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,40}");

  private final Problems problems;
  private final Set<String> sources;

  DerivedReader(Problems problems, Set<String> sources) {
    this.problems = problems;
    this.sources = sources;
  }

  Optional<DerivedDefinition> read(String name, Section section) {
    section.allow("source", "links", "entity", "item", "weight", "at", "half-life");
    if (!NAME.matcher(name).matches()) {
      problems.add(
          section.line(),
          "the name \"%s\" of derived vectors must be made of at most 41 lower case letters, digits and _"
              .formatted(name));
    }
    Optional<String> source = section.required("source");
    source
        .filter(found -> !sources.contains(found))
        .ifPresent(found -> problems.addUnknown(section.line("source"), "source", found, sources));
    Optional<SqlName> links =
        section.required("links").flatMap(text -> section.read("links", SourceReader::name));
    Optional<String> entity = section.required("entity");
    Optional<String> item = section.required("item");
    Optional<Duration> halfLife = section.read("half-life", Times::parse);
    Optional<String> at = section.text("at");
    if (halfLife.isPresent() != at.isPresent()) {
      problems.add(
          section.line(), "at and half-life belong together: links fade from that time on");
    }
    if (source.isEmpty() || links.isEmpty() || entity.isEmpty() || item.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DerivedDefinition(
            name,
            source.get(),
            links.get(),
            entity.get(),
            item.get(),
            section.text("weight"),
            at,
            halfLife));
  }
}
