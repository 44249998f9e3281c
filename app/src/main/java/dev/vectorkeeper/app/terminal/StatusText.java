package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.doctor.Diagnosis;
import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import dev.vectorkeeper.queue.Usage;
import dev.vectorkeeper.status.CollectionStatus;
import dev.vectorkeeper.status.ProfileUsage;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The status for people. */
public final class StatusText {
  private StatusText() {}

  /** A table of the collections, one of what was used, then what needs attention. */
  public static String of(
      List<CollectionStatus> collections, List<ProfileUsage> profiles, List<Diagnosis> attention) {
    if (collections.isEmpty()) {
      return "No collection yet. Declare a source and run \"vectorkeeper apply\"."
          + System.lineSeparator();
    }
    Table table =
        new Table(
            "COLLECTION",
            "STATE",
            "ROWS",
            "EMBEDDED",
            "COVERAGE",
            "PENDING",
            "RETRY",
            "DEAD",
            "TRUNCATED",
            "MODEL");
    for (CollectionStatus status : collections) {
      String about = status.rows().exact() ? "" : "~";
      table.row(
          status.source() + "/" + status.profile(),
          state(status),
          about + number(status.rows().eligible()),
          about + number(status.rows().embedded()),
          String.format(Locale.ROOT, "%.1f %%", Math.floor(status.rows().coverage() * 1000) / 10),
          number(status.queue().pending()),
          number(status.queue().retries()),
          number(status.queue().dead()),
          number(status.totals().truncated()),
          status.model());
    }
    StringBuilder text = new StringBuilder(table.toString());
    text.append(System.lineSeparator()).append(used(profiles)).append(System.lineSeparator());
    for (ProfileUsage profile : profiles) {
      profile.quota().ifPresent(quota -> text.append(quota(profile, quota)));
    }
    for (CollectionStatus status : collections) {
      text.append(saved(status)).append(held(status)).append(building(status));
      status
          .paused()
          .ifPresent(
              why ->
                  text.append("The profile ")
                      .append(status.profile())
                      .append(" is paused: ")
                      .append(why)
                      .append(" Run \"vectorkeeper resume ")
                      .append(status.profile())
                      .append("\" when that is mended.")
                      .append(System.lineSeparator()));
      if (status.queue().dead() > 0) {
        text.append("Dead letters of ")
            .append(status.source())
            .append("/")
            .append(status.profile())
            .append(": see \"vectorkeeper failures list\".")
            .append(System.lineSeparator());
      }
    }
    for (Diagnosis diagnosis : attention) {
      text.append(diagnosis.code())
          .append(' ')
          .append(diagnosis.sentence())
          .append(System.lineSeparator());
    }
    return text.toString();
  }

  private static String saved(CollectionStatus status) {
    int reused = status.totals().reused();
    int unchanged = status.totals().unchanged();
    return reused + unchanged == 0
        ? ""
        : "%s/%s: %s rows took the vector of an equal text and %s were found unchanged; nobody was asked for those.%n"
            .formatted(status.source(), status.profile(), number(reused), number(unchanged));
  }

  private static String building(CollectionStatus status) {
    return status
        .indexBuilt()
        .map(
            share ->
                String.format(
                    Locale.ROOT,
                    "The index of %s/%s is being built: %.0f %%.%n",
                    status.source(),
                    status.profile(),
                    share * 100))
        .orElse("");
  }

  private static String held(CollectionStatus status) {
    return status
        .backfill()
        .filter(progress -> progress.state().equals("paused"))
        .map(
            progress ->
                "The backfill of %s/%s is paused: %s Run \"vectorkeeper backfill resume %s\" to let it go on.%n"
                    .formatted(
                        status.source(),
                        status.profile(),
                        progress.pausedWhy().orElse(""),
                        status.source()))
        .orElse("");
  }

  private static Table used(List<ProfileUsage> profiles) {
    Table table =
        new Table(
            "PROFILE",
            "REQUESTS",
            "RETRIES",
            "TEXTS",
            "TOKENS",
            "USD",
            "TOKENS TODAY",
            "USD TODAY");
    for (ProfileUsage profile : profiles) {
      table.row(
          profile.profile(),
          number(profile.total().requests()),
          number(profile.total().retries()),
          number(profile.total().inputs()),
          number(profile.total().tokens()),
          usd(profile.total()),
          number(profile.today().tokens()),
          usd(profile.today()));
    }
    return table;
  }

  private static String quota(ProfileUsage profile, ProviderQuota quota) {
    String left =
        Stream.of(budget(quota.requests(), "requests"), budget(quota.tokens(), "tokens"))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" and "));
    return "%s said at %s that %s are left for the profile %s.%n"
        .formatted(
            profile.provider(),
            quota.asOf().truncatedTo(ChronoUnit.SECONDS),
            left,
            profile.profile());
  }

  private static String budget(@Nullable Budget budget, String what) {
    if (budget == null) {
      return "";
    }
    String of = budget.limit() < 0 ? "" : " of " + number(budget.limit());
    return number(budget.remaining()) + of + " " + what;
  }

  private static String usd(Usage usage) {
    return String.format(Locale.ROOT, "%.4f", usage.usd());
  }

  private static String state(CollectionStatus status) {
    String state = status.active() ? "active" : status.state();
    return status.active() && !status.state().equals("ready") ? "active, " + status.state() : state;
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
