package dev.vectorkeeper.backfill;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The backfills of a source as somebody starts, holds and ends them. */
public final class BackfillRuns {
  private final Database database;
  private final Catalog catalog;
  private final Providers providers;

  public BackfillRuns(Database database, Providers providers) {
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
    this.providers = providers;
  }

  /**
   * Starts a backfill of each collection. One that is running goes on where nothing else is asked
   * of it.
   *
   * @param profile the collection, by its profile; all live ones where nothing is given
   */
  public List<Collection> start(String source, Optional<String> profile, BackfillOptions options) {
    List<Collection> collections = collections(source, profile);
    if (options.budgetUsd().isPresent()) {
      collections.forEach(this::requirePrice);
    }
    database
        .jdbi()
        .useTransaction(
            handle -> collections.forEach(collection -> start(handle, collection, options)));
    return collections;
  }

  private static void start(Handle handle, Collection collection, BackfillOptions options) {
    Backfills backfills = new Backfills(collection);
    if (backfills.start(handle, options)) {
      return;
    }
    Progress present = backfills.progress(handle).orElseThrow();
    if (!present.isRunning()) {
      throw new VectorkeeperException(
          "VK-B01",
          "The backfill of %s is paused: %s Let it go on with \"vectorkeeper backfill resume %s\", or end it with \"vectorkeeper backfill cancel %s\"."
              .formatted(
                  collection,
                  present.pausedWhy().orElse(""),
                  collection.source().name(),
                  collection.source().name()));
    }
    if (!options.equals(BackfillOptions.NONE)) {
      throw new VectorkeeperException(
          "VK-B01",
          "A backfill of %s is running already. Wait for it, or end it with \"vectorkeeper backfill cancel %s\"."
              .formatted(collection, collection.source().name()));
    }
  }

  private void requirePrice(Collection collection) {
    if (!providers.embedder(collection.profile().name()).isPriced()) {
      throw new VectorkeeperException(
          "VK-B04",
          "No price is known for the profile %s (%s, %s), so no budget can be kept. Name one in a file of prices (prices: FILE)."
              .formatted(
                  collection.profile().name(),
                  collection.profile().space().provider(),
                  collection.profile().space().model()));
    }
  }

  /** Holds the running backfills; returns those collections that had one. */
  public List<Collection> pause(String source, Optional<String> profile) {
    return each(
        source, profile, (handle, backfills) -> backfills.pause(handle, "Somebody asked for it."));
  }

  /** Lets paused backfills go on; returns those collections that had one. */
  public List<Collection> resume(
      String source, Optional<String> profile, Optional<BigDecimal> budgetUsd) {
    return each(source, profile, (handle, backfills) -> backfills.resume(handle, budgetUsd));
  }

  /** Ends running and paused backfills; what they stored stays. */
  public List<Collection> cancel(String source, Optional<String> profile) {
    return each(
        source,
        profile,
        (handle, backfills) -> {
          boolean open =
              backfills
                  .progress(handle)
                  .filter(p -> p.isRunning() || p.state().equals("paused"))
                  .isPresent();
          backfills.cancel(handle);
          return open;
        });
  }

  private List<Collection> each(
      String source, Optional<String> profile, BiPredicate<Handle, Backfills> action) {
    List<Collection> collections = collections(source, profile);
    return database
        .jdbi()
        .inTransaction(
            handle ->
                collections.stream()
                    .filter(collection -> action.test(handle, new Backfills(collection)))
                    .toList());
  }

  /** What a backfill of each collection would do and cost. */
  public List<Estimate> estimate(String source, Optional<String> profile, BackfillOptions options) {
    return collections(source, profile).stream()
        .map(
            collection ->
                new Estimator(
                        database.jdbi(),
                        collection,
                        providers.embedder(collection.profile().name()))
                    .of(
                        options,
                        limit(collection, "requests-per-minute"),
                        limit(collection, "tokens-per-minute")))
        .toList();
  }

  private OptionalLong limit(Collection collection, String option) {
    return providers
        .declared(collection.profile().name())
        .number(option)
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  private List<Collection> collections(String source, Optional<String> profile) {
    List<Collection> live = catalog.liveCollections(catalog.source(source));
    List<Collection> chosen =
        live.stream()
            .filter(c -> profile.isEmpty() || c.profile().name().equals(profile.get()))
            .toList();
    if (chosen.isEmpty()) {
      throw new VectorkeeperException(
          "VK-B02",
          "The source %s has no collection%s; it has %s."
              .formatted(
                  source,
                  profile.map(name -> " under the profile " + name).orElse(""),
                  live.stream().map(c -> c.profile().name()).collect(Collectors.joining(", "))));
    }
    return chosen;
  }
}
