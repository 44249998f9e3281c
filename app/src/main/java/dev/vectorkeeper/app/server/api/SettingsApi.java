package dev.vectorkeeper.app.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.access.Token;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.config.RouteDefinition;
import dev.vectorkeeper.config.ServerSettings;
import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.schedule.ScheduleDefinition;
import dev.vectorkeeper.source.DerivedDefinition;
import dev.vectorkeeper.source.SourceDefinition;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the configuration file says. Only what can hold no secret is told: options of profiles by a
 * list, of the database the address without credentials, of routes the kinds of their secrets.
 */
public final class SettingsApi implements Api {
  /** An address or a header may hold a key; of these options none can. */
  private static final Set<String> OPTIONS =
      Set.of(
          "normalize",
          "query-prefix",
          "document-prefix",
          "max-tokens",
          "pooling",
          "dimensions",
          "task",
          "query-task",
          "timeout-seconds",
          "query-timeout-seconds",
          "truncate",
          "max-inputs",
          "max-request-tokens",
          "concurrency",
          "requests-per-minute",
          "tokens-per-minute");

  private record Settings(
      String database,
      ServerView server,
      Map<String, String> governor,
      List<ProfileView> profiles,
      List<SourceView> sources,
      List<ScheduleView> schedules,
      List<DerivedView> derived,
      List<Token> tokens) {}

  private record ServerView(
      String host,
      int port,
      boolean authentication,
      boolean openReads,
      boolean tls,
      List<RouteView> routes) {}

  private record RouteView(
      String path, String operation, String source, ObjectNode arguments, List<String> secrets) {}

  private record ProfileView(
      String name, List<String> providers, Optional<String> model, Map<String, String> options) {}

  private record SourceView(
      String name,
      String table,
      String text,
      Optional<String> where,
      Optional<String> chunking,
      List<String> collections,
      String sync,
      BigDecimal minCoverage,
      String index) {}

  private record ScheduleView(
      String name,
      String cron,
      String timeZone,
      String operation,
      String source,
      JsonNode arguments,
      String overlap,
      String missed) {}

  private record DerivedView(String name, String source, String links, String entity) {}

  private final Vectorkeeper keeper;

  public SettingsApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of("getSettings", call -> settings(keeper.configuration()));
  }

  private Settings settings(Configuration said) {
    return new Settings(
        keeper.database().url().toString().replaceFirst("\\?.*", ""),
        server(said.server()),
        governor(said),
        said.profiles().values().stream().map(SettingsApi::profile).toList(),
        said.sources().values().stream().map(SettingsApi::source).toList(),
        said.schedules().values().stream().map(SettingsApi::schedule).toList(),
        said.derived().values().stream().map(SettingsApi::derived).toList(),
        keeper.tokens().list());
  }

  private static ServerView server(ServerSettings server) {
    return new ServerView(
        server.host(),
        server.port(),
        server.authentication(),
        server.openReads(),
        server.tls().isPresent(),
        server.routes().stream().map(SettingsApi::route).toList());
  }

  private static RouteView route(RouteDefinition route) {
    Map<String, Optional<String>> secrets = new TreeMap<>();
    secrets.put("bearer", route.auth().bearer());
    secrets.put("job-token", route.auth().jobToken());
    secrets.put("hmac", route.auth().hmac());
    return new RouteView(
        route.path(),
        route.operation().map(SettingsApi::lower).orElse("embed"),
        route.source(),
        route.arguments(),
        secrets.entrySet().stream()
            .filter(secret -> secret.getValue().isPresent())
            .map(Map.Entry::getKey)
            .toList());
  }

  private static Map<String, String> governor(Configuration said) {
    Map<String, String> limits = new TreeMap<>();
    said.governor()
        .replicationLag()
        .ifPresent(lag -> limits.put("max-replication-lag", lag.toMillis() + " ms"));
    said.governor()
        .writeLatency()
        .ifPresent(latency -> limits.put("max-write-latency", latency.toMillis() + " ms"));
    said.governor()
        .activeSessions()
        .ifPresent(sessions -> limits.put("max-active-sessions", sessions.toString()));
    return limits;
  }

  private static ProfileView profile(ProfileDefinition profile) {
    return new ProfileView(
        profile.name(),
        profile.providers(),
        profile.model(),
        profile.options().entrySet().stream()
            .filter(option -> OPTIONS.contains(option.getKey()))
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new)));
  }

  private static SourceView source(SourceDefinition source) {
    var index = source.placement().index();
    return new SourceView(
        source.name(),
        source.table().toString(),
        source.content().text().toString(),
        source.content().where(),
        source
            .content()
            .chunking()
            .map(c -> "%d tokens, %d overlap".formatted(c.maxTokens(), c.overlap())),
        source.collections(),
        lower(source.sync()),
        source.minCoverage(),
        "%s, %s, %s precision"
            .formatted(lower(index.type()), lower(index.distance()), lower(index.precision())));
  }

  private static ScheduleView schedule(ScheduleDefinition schedule) {
    return new ScheduleView(
        schedule.name(),
        schedule.cron().expression(),
        schedule.cron().zone().toString(),
        lower(schedule.request().operation()),
        schedule.request().source(),
        schedule.request().arguments(),
        lower(schedule.overlap()),
        lower(schedule.missed()));
  }

  private static DerivedView derived(DerivedDefinition derived) {
    return new DerivedView(
        derived.name(), derived.source(), derived.links().toString(), derived.entity());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
