package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.backfill.BackfillOptions;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.catalog.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Backfills: begun, held and ended; workers carry them out. A condition in SQL cannot be asked for
 * here: whoever may do that may do anything that the worker's role may.
 */
public final class BackfillApi implements Api {
  private record Backfill(String source, String profile, Optional<Progress> backfill) {}

  private final Vectorkeeper keeper;

  public BackfillApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of(
        "listBackfills",
        call -> views(keeper.catalog().liveCollections(keeper.catalog().source(call.source()))),
        "startBackfill",
        this::start,
        "pauseBackfill",
        call -> views(keeper.backfills().pause(call.source(), call.text("profile"))),
        "resumeBackfill",
        call ->
            views(
                keeper
                    .backfills()
                    .resume(call.source(), call.text("profile"), call.decimal("budget_usd"))),
        "cancelBackfill",
        call -> views(keeper.backfills().cancel(call.source(), call.text("profile"))));
  }

  private Object start(Call call) {
    BackfillOptions options =
        new BackfillOptions(
            call.whole("last"),
            call.whole("limit"),
            Optional.empty(),
            call.decimal("budget_usd"),
            call.number("rows_per_second"));
    if (call.flag("dry_run")) {
      return keeper.backfills().estimate(call.source(), call.text("profile"), options);
    }
    return new Call.Reply(
        202, views(keeper.startBackfill(call.source(), call.text("profile"), options)));
  }

  private List<Backfill> views(List<Collection> collections) {
    return keeper
        .database()
        .jdbi()
        .withHandle(
            handle ->
                collections.stream()
                    .map(
                        c ->
                            new Backfill(
                                c.source().name(),
                                c.profile().name(),
                                new Backfills(c).progress(handle)))
                    .toList());
  }
}
