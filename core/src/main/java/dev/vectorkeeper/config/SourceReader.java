package dev.vectorkeeper.config;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.IndexDefinition.Distance;
import dev.vectorkeeper.source.IndexDefinition.Precision;
import dev.vectorkeeper.source.IndexDefinition.Type;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceDefinition.ChunkingDefinition;
import dev.vectorkeeper.source.SourceDefinition.Content;
import dev.vectorkeeper.source.SourceDefinition.Placement;
import dev.vectorkeeper.source.SourceDefinition.Sync;
import dev.vectorkeeper.source.TextTemplate;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one entry below {@code sources}. */
final class SourceReader {
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,40}");

  private final Problems problems;
  private final Set<String> profiles;

  SourceReader(Problems problems, Set<String> profiles) {
    this.problems = problems;
    this.profiles = profiles;
  }

  Optional<SourceDefinition> read(String name, Section section) {
    section.allow(
        "table",
        "text",
        "where",
        "chunking",
        "collections",
        "index",
        "sync",
        "initial-backfill",
        "placement",
        "views",
        "capture",
        "min-coverage");
    if (!NAME.matcher(name).matches()) {
      problems.add(
          section.line(),
          "the source's name \"%s\" must be made of at most 41 lower case letters, digits and _"
              .formatted(name));
    }
    Optional<SqlName> table =
        section.required("table").flatMap(t -> section.read("table", SourceReader::name));
    Optional<TextTemplate> text =
        section.required("text").flatMap(t -> section.read("text", TextTemplate::parse));
    List<String> collections = collections(section);
    Placement placement = placement(section, collections.size());
    Sync sync =
        section
            .choice("sync", "realtime", "scheduled", "manual")
            .map(value -> Sync.valueOf(value.toUpperCase(Locale.ROOT)))
            .orElse(Sync.REALTIME);
    Optional<String> where = section.text("where").filter(filter -> !filter.isBlank());
    Optional<ChunkingDefinition> chunking = section.section("chunking").flatMap(this::chunking);
    if (table.isEmpty() || text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new SourceDefinition(
            name,
            table.get(),
            new Content(text.get(), where, chunking),
            collections,
            sync,
            section.flag("initial-backfill").orElse(true),
            section.read("min-coverage", SourceReader::percent).orElse(BigDecimal.valueOf(100)),
            placement,
            new ChangesReader(problems).read(name, section)));
  }

  static SqlName name(String text) {
    return SqlName.parse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\"%s\" is not a table's name; write table, schema.table or \"Schema\".\"Table\""
                        .formatted(text)));
  }

  private static BigDecimal percent(String text) {
    try {
      BigDecimal percent = new BigDecimal(text.replace("%", "").trim());
      if (percent.signum() >= 0 && percent.compareTo(BigDecimal.valueOf(100)) <= 0) {
        return percent;
      }
    } catch (NumberFormatException e) {
      // reported below, together with numbers out of range
    }
    throw new IllegalArgumentException("\"%s\" is not a percentage from 0 to 100".formatted(text));
  }

  private List<String> collections(Section section) {
    List<String> names = section.texts("collections");
    if (names.isEmpty()) {
      problems.add(
          section.line("collections"),
          "a source needs \"collections\": the profiles to embed it under");
    }
    for (String name : names) {
      if (!profiles.contains(name)) {
        problems.addUnknown(section.line("collections"), "profile", name, profiles);
      }
    }
    if (Set.copyOf(names).size() < names.size()) {
      problems.add(section.line("collections"), "a profile stands twice in \"collections\"");
    }
    return names;
  }

  private Optional<ChunkingDefinition> chunking(Section section) {
    section.allow("max-tokens", "overlap");
    int most = section.number("max-tokens", 16, 100_000).orElse(400);
    int overlap = section.number("overlap", 0, 50_000).orElse(0);
    if (overlap * 2 > most) {
      problems.add(section.line("overlap"), "the overlap must be at most half of max-tokens");
    }
    return Optional.of(new ChunkingDefinition(most, overlap));
  }

  private Placement placement(Section source, int collections) {
    Optional<Section> section = source.section("placement");
    Optional<SqlName> table = Optional.empty();
    Optional<String> column = Optional.empty();
    Map<String, String> keyNames = new LinkedHashMap<>();
    boolean foreignKey = false;
    boolean existing = false;
    if (section.isPresent()) {
      Section found = section.get();
      found.allow("table", "column", "key", "foreign-key", "existing");
      column = found.text("column").filter(name -> !name.isBlank());
      table = found.read("table", SourceReader::name);
      if (table.isPresent() && collections > 1) {
        problems.add(
            found.line("table"),
            "placement.table can be set with one collection only; each has a table of its own");
      }
      found
          .section("key")
          .ifPresent(
              keys ->
                  keys.keys()
                      .forEach(
                          key -> keys.text(key).ifPresent(target -> keyNames.put(key, target))));
      foreignKey = found.choice("foreign-key", "cascade").isPresent();
      existing = found.choice("existing", "adopt").isPresent();
      if (existing && (table.isEmpty() || source.section("chunking").isPresent())) {
        problems.add(
            found.line("existing"),
            "existing takes over the vectors of the table that placement.table names, one a row; name it, and leave chunking out");
      }
      if (column.isPresent() && (table.isPresent() || foreignKey || !keyNames.isEmpty())) {
        problems.add(
            found.line("column"),
            "placement.column keeps the vectors in the source's own table, so that table, key and foreign-key have no meaning beside it");
      }
      if (column.isPresent() && source.section("chunking").isPresent()) {
        problems.add(
            found.line("column"),
            "a column holds one vector a row; leave chunking out, or leave placement.column out");
      }
    }
    Optional<Section> views = source.section("views");
    views.ifPresent(found -> found.allow("all", "active", "match", "queue", "queue-key"));
    return new Placement(
        table,
        column,
        Map.of(),
        existing,
        keyNames,
        foreignKey,
        views.flatMap(found -> found.read("all", SourceReader::name)),
        views.flatMap(found -> found.read("active", SourceReader::name)),
        views.flatMap(found -> found.read("match", SourceReader::name)),
        source.section("index").map(this::index).orElse(IndexDefinition.DEFAULT));
  }

  private IndexDefinition index(Section section) {
    section.allow("type", "distance", "precision", "m", "ef-construction", "lists");
    Type type =
        section
            .choice("type", "hnsw", "ivfflat", "none")
            .map(value -> Type.valueOf(value.toUpperCase(Locale.ROOT)))
            .orElse(Type.HNSW);
    Distance distance =
        section
            .choice("distance", "cosine", "l2", "inner-product")
            .map(value -> Distance.valueOf(value.toUpperCase(Locale.ROOT).replace('-', '_')))
            .orElse(Distance.COSINE);
    Precision precision =
        section
            .choice("precision", "auto", "full", "half", "binary")
            .map(value -> Precision.valueOf(value.toUpperCase(Locale.ROOT)))
            .orElse(Precision.AUTO);
    Map<String, Integer> parameters = new LinkedHashMap<>();
    section.number("m", 2, 100).ifPresent(m -> parameters.put("m", m));
    section
        .number("ef-construction", 4, 1000)
        .ifPresent(ef -> parameters.put("ef_construction", ef));
    section.number("lists", 1, 32768).ifPresent(lists -> parameters.put("lists", lists));
    boolean hnswOnly = parameters.containsKey("m") || parameters.containsKey("ef_construction");
    if (type != Type.HNSW && hnswOnly || type != Type.IVFFLAT && parameters.containsKey("lists")) {
      problems.add(
          section.line(), "m and ef-construction belong to hnsw, lists belongs to ivfflat");
    }
    return new IndexDefinition(type, distance, precision, parameters);
  }
}
