package dev.vectorkeeper.config;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.DerivedDefinition;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one entry below {@code derived}. */
final class DerivedReader {
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,40}");
  private static final Pattern TIME = Pattern.compile("(\\d{1,6})\\s*([smhd])");

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
    Optional<Duration> halfLife = section.read("half-life", DerivedReader::time);
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

  private static Duration time(String text) {
    Matcher matcher = TIME.matcher(text.trim());
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      throw new IllegalArgumentException(
          "\"%s\" is not a time such as 30d, 12h, 90m or 45s".formatted(text));
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "d" -> Duration.ofDays(amount);
      case "h" -> Duration.ofHours(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofSeconds(amount);
    };
  }
}
