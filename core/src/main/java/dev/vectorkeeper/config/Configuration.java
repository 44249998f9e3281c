package dev.vectorkeeper.config;

import dev.vectorkeeper.DidYouMean;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.LoadLimits;
import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.schedule.ScheduleDefinition;
import dev.vectorkeeper.source.DerivedDefinition;
import dev.vectorkeeper.source.SourceDefinition;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A configuration file that has been read and checked as far as that is possible without a
 * database.
 *
 * @param database the address as written, variables replaced; absent for the embedded default
 * @param prices a file with prices that go before the bundled ones
 * @param settingsSchema the schema of the settings view and the switching function; that of the
 *     first source's table where absent
 * @param governor what load of the database slows backfills down
 * @param profiles the declared profiles by name, in the file's order
 * @param sources the declared sources by name, in the file's order
 * @param derived the declared derived vectors by name, in the file's order
 * @param schedules the declared schedules by name, in the file's order
 * @param server how the server listens
 */
public record Configuration(
    Optional<String> database,
    Optional<Path> prices,
    Optional<String> settingsSchema,
    LoadLimits governor,
    Map<String, ProfileDefinition> profiles,
    Map<String, SourceDefinition> sources,
    Map<String, DerivedDefinition> derived,
    Map<String, ScheduleDefinition> schedules,
    ServerSettings server) {

  /** The environment variable that fills {@code database} where the file leaves it out. */
  public static final String DATABASE_VARIABLE = "VECTORKEEPER_DATABASE_URL";

  /** The same with another declaration of one source. */
  public Configuration with(SourceDefinition source) {
    Map<String, SourceDefinition> changed = new LinkedHashMap<>(sources);
    changed.put(source.name(), source);
    return new Configuration(
        database, prices, settingsSchema, governor, profiles, changed, derived, schedules, server);
  }

  /**
   * Fails where no such source is declared.
   *
   * @throws VectorkeeperException VK-C09
   */
  public void requireSource(String name) {
    if (!sources.containsKey(name)) {
      throw new VectorkeeperException(
          "VK-C09",
          "The file declares no source \"%s\"%s"
              .formatted(name, DidYouMean.suggestion(name, sources.keySet())));
    }
  }

  /** What is written is not shown: the address may hold a password. */
  @Override
  public String toString() {
    return "configuration of " + sources.keySet();
  }

  /**
   * Reads a file.
   *
   * @throws VectorkeeperException VK-C01 with every problem and its line, VK-C02 when there is no
   *     such file, VK-C03 when it cannot be read
   */
  public static Configuration load(Path file, Map<String, String> environment) {
    try {
      return parse(file.toString(), Files.readString(file), environment);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new VectorkeeperException(
          "VK-C02",
          "There is no configuration file at %s. Write one with \"vectorkeeper init\", or name another with --config."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new VectorkeeperException(
          "VK-C03",
          "The configuration file %s could not be read: %s.".formatted(file, e.getMessage()),
          e);
    }
  }

  /** Reads the text of a file whose name is used in messages only. */
  public static Configuration parse(String file, String yaml, Map<String, String> environment) {
    Problems problems = new Problems(file);
    Optional<Node> root = compose(yaml, problems);
    problems.throwIfAny();
    if (root.isEmpty()) {
      problems.add(1, "the file is empty; \"vectorkeeper init\" writes one to begin with");
      problems.throwIfAny();
    }
    Section top = new Section("", root.orElseThrow(), problems, new Variables(environment));
    Configuration read = read(top, problems, environment);
    problems.throwIfAny();
    return read;
  }

  private static Optional<Node> compose(String yaml, Problems problems) {
    try {
      return new Compose(LoadSettings.builder().setAllowDuplicateKeys(true).build())
          .composeReader(new StringReader(yaml));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      problems.add(line, "this is not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      problems.add(1, "this is not YAML: " + e.getMessage());
    }
    return Optional.empty();
  }

  private static Configuration read(
      Section top, Problems problems, Map<String, String> environment) {
    top.allow(
        "database",
        "prices",
        "settings-schema",
        "governor",
        "profiles",
        "sources",
        "derived",
        "schedules",
        "server");
    Map<String, ProfileDefinition> profiles = new LinkedHashMap<>();
    top.each(
        "profiles",
        (name, section) ->
            ProfileReader.read(name, section, problems)
                .ifPresent(profile -> profiles.put(name, profile)));
    Map<String, SourceDefinition> sources = new LinkedHashMap<>();
    SourceReader reader =
        new SourceReader(
            problems, top.section("profiles").map(Section::keys).orElse(java.util.Set.of()));
    top.each(
        "sources",
        (name, section) ->
            reader.read(name, section).ifPresent(source -> sources.put(name, source)));
    LoadLimits governor =
        top.section("governor").map(Configuration::governor).orElse(LoadLimits.NONE);
    Map<String, DerivedDefinition> derived = new LinkedHashMap<>();
    DerivedReader derivedReader =
        new DerivedReader(
            problems, top.section("sources").map(Section::keys).orElse(java.util.Set.of()));
    top.each(
        "derived",
        (name, section) ->
            derivedReader.read(name, section).ifPresent(found -> derived.put(name, found)));
    RunReader runs =
        new RunReader(
            problems,
            top.section("sources").map(Section::keys).orElse(java.util.Set.of()),
            top.section("profiles").map(Section::keys).orElse(java.util.Set.of()));
    Map<String, ScheduleDefinition> schedules = new LinkedHashMap<>();
    ScheduleReader scheduleReader = new ScheduleReader(problems, runs);
    top.each(
        "schedules",
        (name, section) ->
            scheduleReader.read(name, section).ifPresent(found -> schedules.put(name, found)));
    ServerSettings server =
        top.section("server")
            .map(new ServerReader(problems, runs)::read)
            .orElse(ServerSettings.DEFAULT);
    Optional<String> database =
        top.text("database")
            .filter(url -> !url.isBlank())
            .or(() -> Optional.ofNullable(environment.get(DATABASE_VARIABLE)))
            .filter(url -> !url.isBlank())
            .or(() -> SupabaseVariables.url(environment));
    return new Configuration(
        database,
        top.text("prices").map(Path::of),
        top.text("settings-schema"),
        governor,
        profiles,
        sources,
        derived,
        schedules,
        server);
  }

  private static LoadLimits governor(Section section) {
    section.allow(
        "max-replication-lag", "max-write-latency", "max-active-sessions", "concurrent-writes");
    return new LoadLimits(
        section.read("max-replication-lag", Times::parse),
        section.read("max-write-latency", Times::parse),
        section.number("max-active-sessions", 1, 100_000),
        section.number("concurrent-writes", 1, 64).orElse(LoadLimits.CONCURRENT_WRITES));
  }
}
