package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.DeadLetters.Filter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows that failed. */
public final class FailuresApi implements Api {
  private record Revived(int revived) {}

  private final Vectorkeeper keeper;

  public FailuresApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of(
        "listFailures",
        this::list,
        "groupFailures",
        call -> keeper.deadLetters().groups(),
        "retryFailures",
        this::retry);
  }

  private Object list(Call call) {
    Optional<String> source = call.given("source");
    source.ifPresent(keeper.catalog()::source);
    return keeper
        .deadLetters()
        .find(
            new Filter(
                source.orElse(null),
                call.given("profile").orElse(null),
                call.given("code").orElse(null)),
            call.count("limit"));
  }

  private Revived retry(Call call) {
    Optional<String> profile = call.text("profile");
    int revived = 0;
    for (Collection collection :
        keeper.catalog().liveCollections(keeper.catalog().source(call.source()))) {
      if (profile.isEmpty() || profile.get().equals(collection.profile().name())) {
        revived += revive(collection, call);
      }
    }
    return new Revived(revived);
  }

  private int revive(Collection collection, Call call) {
    Optional<String> code = call.text("code");
    if (code.isPresent()) {
      return keeper.deadLetters().reviveFailedBy(collection, code.get());
    }
    List<String> keys = call.texts("keys");
    return keeper.deadLetters().revive(collection, keys);
  }
}
