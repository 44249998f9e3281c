package dev.vectorkeeper.importing;

import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.IndexDefinition.Precision;
import dev.vectorkeeper.source.IndexDefinition.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the proposed configuration file, with what is not sure as comments. */
final class ProposedFile {
  private final StringBuilder out = new StringBuilder();

  /**
   * The file.
   *
   * @param database its line for the database, or a comment in its place
   */
  static String of(String database, List<ProposedProfile> profiles, List<ProposedSource> sources) {
    ProposedFile file = new ProposedFile();
    file.line(
        "# Proposed by \"vectorkeeper import\" from the tables that have vectors. Look at what says \"check\".");
    file.line(database);
    file.line("profiles:");
    profiles.forEach(file::profile);
    file.line("sources:");
    sources.forEach(file::source);
    return file.out.toString();
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  /** What came from the database must not end a comment. */
  private void comment(String indent, String text) {
    line(indent + "# " + text.replaceAll("\\s+", " "));
  }

  private void profile(ProposedProfile profile) {
    line("  " + Written.yaml(profile.name()) + ":");
    profile.notes().forEach(note -> comment("    ", (profile.known() ? "" : "TODO: ") + note));
    line("    provider: " + provider(profile));
    line("    model: " + profile.model().map(Written::yaml).orElse("TODO"));
    if (!profile.providers().equals(List.of("local"))) {
      line("    dimensions: " + profile.dimensions());
    }
    profile.task().ifPresent(task -> line("    task: " + Written.yaml(task)));
  }

  private static String provider(ProposedProfile profile) {
    return switch (profile.providers().size()) {
      case 0 -> "TODO";
      case 1 -> Written.yaml(profile.providers().get(0));
      default -> list(profile.providers());
    };
  }

  private static String list(List<String> values) {
    return values.stream().map(Written::yaml).collect(Collectors.joining(", ", "[", "]"));
  }

  private void source(ProposedSource source) {
    line("  " + Written.yaml(source.name()) + ":");
    source.notes().forEach(note -> comment("    ", note));
    line("    table: " + Written.yaml(source.table()));
    text(source.text());
    if (!source.filters().isEmpty()) {
      source.filters().forEach(filter -> comment("    ", filter.where() + ": " + filter.why()));
      line(
          "    where: "
              + Written.yaml(
                  source.filters().stream()
                      .map(FilterGuess::where)
                      .collect(Collectors.joining(" and "))));
    }
    line("    collections: " + list(source.collections()));
    source.index().ifPresent(index -> line("    index: " + index(index)));
    if (!source.placement().isEmpty()) {
      line("    placement: " + mapping(source.placement()));
    }
    if (!source.views().isEmpty()) {
      line("    views: " + mapping(source.views()));
    }
  }

  private void text(TextGuess text) {
    comment(
        "    ",
        text.certainty()
            + ": "
            + text.why()
            + (text.certainty() == TextGuess.Certainty.SURE
                ? ""
                : "; check that the vectors were made of it"));
    List<String> others =
        text.others().stream()
            .filter(other -> !other.equals(text.template()))
            .limit(8)
            .map(Written::yaml)
            .toList();
    if (!others.isEmpty()) {
      comment("    ", "it might also be " + String.join(", ", others));
    }
    line("    text: " + Written.yaml(text.template()));
  }

  /** A flow mapping; a value that is one itself is written already. */
  private static String mapping(Map<String, String> values) {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String index(IndexDefinition index) {
    List<String> parts = new ArrayList<>();
    parts.add("type: " + index.type().name().toLowerCase(Locale.ROOT));
    parts.add("distance: " + index.distance().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    if (index.precision() != Precision.AUTO) {
      parts.add("precision: " + index.precision().name().toLowerCase(Locale.ROOT));
    }
    if (index.type() != Type.NONE) {
      index.parameters().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .map(entry -> entry.getKey().replace('_', '-') + ": " + entry.getValue())
          .forEach(parts::add);
    }
    return "{" + String.join(", ", parts) + "}";
  }
}
