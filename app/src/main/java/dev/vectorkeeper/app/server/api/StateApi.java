package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.doctor.Diagnosis;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.status.CollectionStatus;
import dev.vectorkeeper.status.ProfileUsage;
import dev.vectorkeeper.status.Standing.Trouble;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** How everything stands. */
public final class StateApi implements Api {
  /** Every collection, what was used, and what needs attention. */
  public record State(
      List<CollectionStatus> collections, List<ProfileUsage> profiles, List<Diagnosis> attention) {
    /** How it is now. */
    public static State of(Vectorkeeper keeper) {
      return new State(
          keeper.status().collections(), keeper.status().usage(), keeper.doctor().drift());
    }
  }

  /** A source. */
  record SourceView(
      String name,
      String table,
      List<String> key,
      String sync,
      Optional<String> active,
      List<String> collections,
      Optional<String> matchFunction) {
    static SourceView of(Source source, List<Collection> live) {
      List<Collection> mine = live.stream().filter(c -> c.source().id() == source.id()).toList();
      return new SourceView(
          source.name(),
          source.table().toString(),
          source.keys().columns().stream().map(column -> column.name()).toList(),
          source.sync().name().toLowerCase(Locale.ROOT),
          mine.stream().filter(Collection::active).map(c -> c.profile().name()).findFirst(),
          mine.stream().map(c -> c.profile().name()).toList(),
          source.matchFunction().map(Object::toString));
    }
  }

  private record ProfileView(
      String name,
      String provider,
      String model,
      int dimensions,
      String task,
      String fingerprint,
      Optional<String> paused,
      boolean declared,
      ProfileUsage usage,
      Optional<Trouble> trouble) {}

  private record CollectionView(
      String source,
      String profile,
      String state,
      boolean active,
      String table,
      Optional<String> column) {}

  private final Vectorkeeper keeper;

  public StateApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of(
        "getStatus", call -> State.of(keeper),
        "listSources", call -> sources(),
        "getSource", call -> SourceView.of(keeper.catalog().source(call.source()), live()),
        "listProfiles", call -> profiles(),
        "listCollections", call -> collections(),
        "getCollection",
            call -> CollectionDetail.of(keeper, call.source(), call.parameter("profile")),
        "pauseProfile", call -> new Changed(keeper.catalog().pause(call.parameter("profile"))),
        "resumeProfile", call -> new Changed(keeper.catalog().resume(call.parameter("profile"))));
  }

  private List<SourceView> sources() {
    List<Collection> live = live();
    return keeper.catalog().sources().stream().map(source -> SourceView.of(source, live)).toList();
  }

  private List<Collection> live() {
    return keeper.catalog().liveCollections();
  }

  private List<ProfileView> profiles() {
    Map<String, ProfileUsage> usage =
        keeper.status().usage().stream()
            .collect(Collectors.toMap(ProfileUsage::profile, one -> one));
    Map<String, Trouble> troubles = keeper.standings().troubles();
    return keeper.catalog().profiles().stream()
        .filter(profile -> usage.containsKey(profile.name()))
        .map(
            profile ->
                view(
                    profile,
                    Objects.requireNonNull(usage.get(profile.name())),
                    Optional.ofNullable(troubles.get(profile.name()))))
        .toList();
  }

  private ProfileView view(Profile profile, ProfileUsage usage, Optional<Trouble> trouble) {
    return new ProfileView(
        profile.name(),
        profile.space().provider(),
        profile.space().model(),
        profile.space().dimensions(),
        profile.space().task(),
        profile.space().fingerprint(),
        profile.paused(),
        keeper.providers().knows(profile.name()),
        usage,
        trouble);
  }

  private List<CollectionView> collections() {
    return keeper.catalog().collections().stream()
        .map(
            c ->
                new CollectionView(
                    c.source().name(),
                    c.profile().name(),
                    c.state().name().toLowerCase(Locale.ROOT),
                    c.active(),
                    c.table().toString(),
                    c.column()))
        .toList();
  }
}
