package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.Activity;
import dev.vectorkeeper.queue.Activity.Stretch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was done over time. */
public final class ActivityApi implements Api {
  private record View(Instant from, long stepSeconds, List<Stretch> stretches) {}

  /** How far back is looked, and in which steps. */
  private record Window(Duration length, Duration step) {
    static Window named(String name) {
      return switch (name) {
        case "hour" -> new Window(Duration.ofHours(1), Duration.ofMinutes(1));
        case "day" -> new Window(Duration.ofDays(1), Duration.ofMinutes(15));
        case "week" -> new Window(Duration.ofDays(7), Duration.ofHours(2));
        case "month" -> new Window(Duration.ofDays(30), Duration.ofHours(12));
        default -> new Window(Duration.ofDays(365), Duration.ofDays(7));
      };
    }

    /** When the first step begins, so that the last one ends now or after. */
    Instant from() {
      long seconds = step.toSeconds();
      long ends = (Instant.now().getEpochSecond() / seconds + 1) * seconds;
      return Instant.ofEpochSecond(ends).minus(length);
    }
  }

  private final Vectorkeeper keeper;

  public ActivityApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of("getActivity", this::activity);
  }

  private View activity(Call call) {
    Optional<String> source = call.given("source");
    Optional<String> profile = call.given("profile");
    source.ifPresent(keeper.catalog()::source);
    profile.ifPresent(keeper.catalog()::profile);
    List<Integer> collections =
        keeper.catalog().collections().stream()
            .filter(c -> source.isEmpty() || source.get().equals(c.source().name()))
            .filter(c -> profile.isEmpty() || profile.get().equals(c.profile().name()))
            .map(Collection::id)
            .toList();
    Window window = Window.named(call.parameter("window"));
    Instant from = window.from();
    return new View(
        from,
        window.step().toSeconds(),
        keeper
            .database()
            .jdbi()
            .withHandle(handle -> Activity.of(handle, collections, from, window.step())));
  }
}
