package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.Version;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.app.server.api.StateApi.SourceView;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.status.ProfileUsage;
import dev.vectorkeeper.status.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Everything at a glance, at a cost that does not grow with the rows. */
public final class OverviewApi implements Api {
  private record Overview(
      Instant at,
      String version,
      List<SourceView> sources,
      List<ProfileUsage> profiles,
      List<Standing> collections,
      List<MigrationSummary> migrations,
      List<Attention> attention) {}

  private final Vectorkeeper keeper;
  private final AttentionList attention;

  public OverviewApi(Vectorkeeper keeper, AttentionList attention) {
    this.keeper = keeper;
    this.attention = attention;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of("getOverview", call -> overview());
  }

  private Overview overview() {
    List<Collection> live = keeper.catalog().liveCollections();
    List<Standing> standings = keeper.standings().read();
    return new Overview(
        Instant.now(),
        Version.current(),
        keeper.catalog().sources().stream().map(source -> SourceView.of(source, live)).toList(),
        keeper.status().usage(),
        standings,
        MigrationSummary.all(keeper),
        attention.of(standings));
  }
}
