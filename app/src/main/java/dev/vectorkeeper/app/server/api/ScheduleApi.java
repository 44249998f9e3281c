package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.schedule.ScheduleRuns;
import dev.vectorkeeper.schedule.Schedules;
import java.util.Map;

/** Runs that begin at set times. */
public final class ScheduleApi implements Api {
  private final Vectorkeeper keeper;
  private final Schedules schedules;
  private final ScheduleRuns runs;
  private final String server;

  /**
   * The schedules' endpoints.
   *
   * @param server this process, as runs remember it
   */
  public ScheduleApi(Vectorkeeper keeper, String server) {
    this.keeper = keeper;
    this.schedules = keeper.schedules();
    this.runs = keeper.scheduleRuns();
    this.server = server;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of(
        "listSchedules",
        call -> schedules.list(),
        "listRuns",
        call -> runs.history(name(call), call.count("limit")),
        "enableSchedule",
        call -> new Changed(schedules.enable(name(call), true)),
        "disableSchedule",
        call -> new Changed(schedules.enable(name(call), false)),
        "runSchedule",
        call ->
            runs.runNow(name(call), server, request -> keeper.runs().run(request, call.gone())));
  }

  private static String name(Call call) {
    return call.parameter("schedule");
  }
}
