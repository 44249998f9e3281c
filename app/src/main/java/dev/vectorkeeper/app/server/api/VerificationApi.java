package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.app.server.Problem;
import dev.vectorkeeper.verify.CheckKind;
import dev.vectorkeeper.verify.VerificationOptions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Comparing what is stored with what should be. */
public final class VerificationApi implements Api {
  private final Vectorkeeper keeper;

  public VerificationApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of("getVerification", this::last, "verify", this::verify);
  }

  private Object last(Call call) {
    return keeper.verification().last(keeper.catalog().source(call.source()));
  }

  private Object verify(Call call) {
    Map<CheckKind, Double> limits = new EnumMap<>(CheckKind.class);
    call.value("limits")
        .ifPresent(
            given ->
                given
                    .properties()
                    .forEach(
                        limit ->
                            limits.put(
                                CheckKind.named(limit.getKey()), limit.getValue().asDouble())));
    List<Double> thresholds =
        call.value("thresholds").stream()
            .flatMap(list -> StreamSupport.stream(list.spliterator(), false))
            .map(value -> value.asDouble())
            .toList();
    if (call.gone().getAsBoolean()) {
      throw new Problem.Refused("VK-H12", "The server is ending.");
    }
    return keeper
        .verification()
        .run(
            call.source(),
            call.text("profile"),
            new VerificationOptions(
                limits,
                call.whole("sample").map(Math::toIntExact).orElse(200),
                call.whole("neighbours").map(Math::toIntExact).orElse(10),
                call.whole("seed").orElse(1L),
                call.text("against"),
                thresholds,
                List.of()));
  }
}
