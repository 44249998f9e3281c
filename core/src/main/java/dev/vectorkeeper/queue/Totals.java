package dev.vectorkeeper.queue;

import org.jdbi.v3.core.Handle;

/**
 * What was done for one collection since it was made, and what it used under its profile day by
 * day.
 */
public final class Totals {
  private static final String ADD =
      """
      insert into vectorkeeper.collection_total as t
        (collection_id, embedded, reused, unchanged, removed, failed, truncated, requests, retries, inputs, tokens, usd)
      values (:collection, :embedded, :reused, :unchanged, :removed, :failed, :truncated,
              :usage.requests, :usage.retries, :usage.inputs, :usage.tokens, :usage.usd)
      on conflict (collection_id) do update
      set embedded = t.embedded + excluded.embedded, unchanged = t.unchanged + excluded.unchanged,
          removed = t.removed + excluded.removed, failed = t.failed + excluded.failed,
          reused = t.reused + excluded.reused, truncated = t.truncated + excluded.truncated, requests = t.requests + excluded.requests,
          retries = t.retries + excluded.retries, inputs = t.inputs + excluded.inputs,
          tokens = t.tokens + excluded.tokens, usd = t.usd + excluded.usd
      """;

  private static final String ADD_USAGE =
      """
      insert into vectorkeeper.profile_usage as u (profile_id, day, requests, retries, inputs, tokens, usd)
      values (:profile, (now() at time zone 'UTC')::date, :requests, :retries, :inputs, :tokens, :usd)
      on conflict (profile_id, day) do update
      set requests = u.requests + excluded.requests, retries = u.retries + excluded.retries,
          inputs = u.inputs + excluded.inputs, tokens = u.tokens + excluded.tokens, usd = u.usd + excluded.usd
      """;

  private final int collection;
  private final int profile;

  /** The totals of the collection and the profile of these numbers. */
  public Totals(int collection, int profile) {
    this.collection = collection;
    this.profile = profile;
  }

  /** Adds what one pass did. */
  public void add(Handle handle, BatchResult result, Activity.Took took) {
    handle
        .createUpdate(ADD)
        .bind("collection", collection)
        .bindMethods(result)
        .bindMethods("usage", result.usage())
        .execute();
    Activity.add(handle, collection, result, took);
    if (result.usage().requests() > 0) {
      addUsage(handle, profile, result.usage());
    }
  }

  /** Adds what calls outside the embedding path used, such as a query's. */
  public static void addUsage(Handle handle, int profile, Usage usage) {
    handle.createUpdate(ADD_USAGE).bind("profile", profile).bindMethods(usage).execute();
  }
}
