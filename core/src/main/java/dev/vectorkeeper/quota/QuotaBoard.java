package dev.vectorkeeper.quota;

import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Posts what a profile's provider last said is left of its quota, for {@code status} to show. */
public final class QuotaBoard {
  private static final Duration EVERY = Duration.ofSeconds(5);

  private static final String POST =
      """
      insert into vectorkeeper.profile_quota as q
        (profile_id, as_of, request_limit, requests_left, requests_reset_at, token_limit, tokens_left, tokens_reset_at)
      select profile_id, :as_of, :request_limit, :requests_left, :requests_reset_at,
             :token_limit, :tokens_left, :tokens_reset_at
      from vectorkeeper.profile where profile_id = :profile
      on conflict (profile_id) do update
      set as_of = excluded.as_of,
          request_limit = excluded.request_limit, requests_left = excluded.requests_left,
          requests_reset_at = excluded.requests_reset_at,
          token_limit = excluded.token_limit, tokens_left = excluded.tokens_left,
          tokens_reset_at = excluded.tokens_reset_at
      where q.as_of < excluded.as_of
      """;

  private final int profile;
  private Instant posted = Instant.EPOCH;

  /** The board of the profile of a number. */
  public QuotaBoard(int profile) {
    this.profile = profile;
  }

  /** Posts a quota, if there is news and the last post is a while ago. */
  public void post(Jdbi jdbi, ProviderQuota quota) {
    if (isNews(quota)) {
      jdbi.useHandle(
          handle -> {
            Update update =
                handle
                    .createUpdate(POST)
                    .bind("profile", profile)
                    .bind("as_of", quota.asOf().atOffset(ZoneOffset.UTC));
            bind(update, "request", quota.requests());
            bind(update, "token", quota.tokens());
            update.execute();
          });
    }
  }

  private synchronized boolean isNews(ProviderQuota quota) {
    boolean news = !quota.isUnknown() && quota.asOf().isAfter(posted.plus(EVERY));
    posted = news ? quota.asOf() : posted;
    return news;
  }

  private static void bind(Update update, String kind, @Nullable Budget budget) {
    Instant reset = budget == null ? null : budget.resetAt();
    update
        .bind(kind + "_limit", budget == null || budget.limit() < 0 ? null : budget.limit())
        .bind(kind + "s_left", budget == null ? null : budget.remaining())
        .bind(kind + "s_reset_at", reset == null ? null : reset.atOffset(ZoneOffset.UTC));
  }
}
