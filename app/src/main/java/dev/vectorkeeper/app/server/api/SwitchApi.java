package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.activation.Activation;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import java.util.Map;

/** Making another collection the active one. */
public final class SwitchApi implements Api {
  private final Vectorkeeper keeper;

  public SwitchApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of("switchSource", this::change);
  }

  private Object change(Call call) {
    Activation.Switched switched =
        keeper
            .activation()
            .run(
                new Activation.Request(
                    call.source(),
                    call.text("profile"),
                    call.decimal("min_coverage"),
                    call.flag("force"),
                    call.flag("dry_run")));
    keeper.search().refresh();
    return switched;
  }
}
