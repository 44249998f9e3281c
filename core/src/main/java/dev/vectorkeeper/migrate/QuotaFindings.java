package dev.vectorkeeper.migrate;

import dev.vectorkeeper.backfill.Estimate;
import dev.vectorkeeper.migrate.Finding.Level;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    ProviderQuota quota = providers.embedder(profile).provider().quota();
    List<String> known =
        Stream.of(
                sentence("The file allows %s a minute.", declared("requests"), declared("tokens")),
                sentence(
                    "The provider says that %s are left.",
                    left(quota.requests(), "requests"), left(quota.tokens(), "tokens")))
            .flatMap(Optional::stream)
            .toList();
    findings.add(
        "quota",
        known.isEmpty() ? Level.WARNING : Level.OK,
        "%s",
        known.isEmpty()
            ? "Neither the provider nor the file (requests-per-minute, tokens-per-minute) says how much may be used: look whether %s are left. Where the quota runs out, the filling pauses and later goes on."
                .formatted(needed(estimate))
            : String.join(" ", known));
  }

  @SafeVarargs
  private static Optional<String> sentence(String sentence, Optional<String>... parts) {
    String known = Stream.of(parts).flatMap(Optional::stream).collect(Collectors.joining(" and "));
    return known.isEmpty() ? Optional.empty() : Optional.of(sentence.formatted(known));
  }

  private static String needed(Optional<Estimate> estimate) {
    return estimate
        .map(found -> String.format(Locale.ROOT, "some %,d tokens", found.tokens()))
        .orElse("enough");
  }

  private Optional<String> declared(String what) {
    return providers
        .declared(profile)
        .number(what + "-per-minute")
        .map(most -> String.format(Locale.ROOT, "%,d %s", most, what));
  }

  private static Optional<String> left(@Nullable Budget budget, String what) {
    return Optional.ofNullable(budget)
        .map(
            b ->
                String.format(
                    Locale.ROOT,
                    "%,d%s %s",
                    b.remaining(),
                    b.limit() < 0 ? "" : String.format(Locale.ROOT, " of %,d", b.limit()),
                    what));
  }
}
