package dev.vectorkeeper.migrate;

import dev.vectorkeeper.backfill.Estimate;
import dev.vectorkeeper.migrate.Finding.Level;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The line of a plan about what the provider lets one use, as it says itself or the file does. */
final class QuotaFindings {
  private final Providers providers;
  private final String profile;
  private final Findings findings;

  QuotaFindings(Providers providers, String profile, Findings findings) {
    this.providers = providers;
    this.profile = profile;
    this.findings = findings;
  }

  /** After the provider was asked once, so that it may have said what is left. */
  void find(Optional<Estimate> estimate) {
    if (providers.keyOrigin(profile).isEmpty()) {
      return;
    }
    List<String> known = new ArrayList<>(declared());
    ProviderQuota quota = providers.embedder(profile).provider().quota();
    left(quota.requests(), "requests").ifPresent(known::add);
    left(quota.tokens(), "tokens").ifPresent(known::add);
    findings.add(
        "quota",
        known.isEmpty() ? Level.WARNING : Level.OK,
        "%s",
        known.isEmpty()
            ? "Neither the provider nor the file (requests-per-minute, tokens-per-minute) says how much may be used: look whether %s are left. Where the quota runs out, the filling pauses and later goes on."
                .formatted(needed(estimate))
            : String.join("; ", known) + ".");
  }

  private static String needed(Optional<Estimate> estimate) {
    return estimate
        .map(found -> String.format(Locale.ROOT, "some %,d tokens", found.tokens()))
        .orElse("enough");
  }

  private List<String> declared() {
    List<String> limits = new ArrayList<>();
    for (String what : List.of("requests", "tokens")) {
      providers
          .declared(profile)
          .number(what + "-per-minute")
          .map(most -> String.format(Locale.ROOT, "the file allows %,d %s a minute", most, what))
          .ifPresent(limits::add);
    }
    return limits;
  }

  private static Optional<String> left(@Nullable Budget budget, String what) {
    return Optional.ofNullable(budget)
        .map(
            b ->
                String.format(
                    Locale.ROOT,
                    "the provider says that %,d%s %s are left",
                    b.remaining(),
                    b.limit() < 0 ? "" : String.format(Locale.ROOT, " of %,d", b.limit()),
                    what));
  }
}
