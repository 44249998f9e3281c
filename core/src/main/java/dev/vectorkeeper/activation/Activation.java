package dev.vectorkeeper.activation;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Refusal;
import java.math.BigDecimal;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** Makes another collection of a source its active one, in one transaction of one row. */
public final class Activation {
  private static final String SWITCH =
      """
      select w.from_profile, w.to_profile, w.coverage
      from vectorkeeper.switch_source(:source, :profile, :least, :forced) w
      """;

  private final Database database;

  public Activation(Database database) {
    this.database = database;
  }

  /**
   * What is asked for.
   *
   * @param source the source
   * @param profile the profile whose collection is to be active; nothing to undo the last switch
   * @param minCoverage the coverage in percent below which it is refused; what the source asks for
   *     where nothing is given
   * @param force whether to switch whatever the coverage
   * @param dryRun whether to check only
   */
  public record Request(
      String source,
      Optional<String> profile,
      Optional<BigDecimal> minCoverage,
      boolean force,
      boolean dryRun) {}

  /**
   * What was done.
   *
   * @param source the source
   * @param from the profile that was active; nothing where none was
   * @param to the profile that is active now
   * @param coverage rows of the collection that have a vector, in percent of those that are no dead
   *     letters; nothing where they could not be counted
   * @param changed whether that is another than before
   */
  public record Switched(
      String source,
      Optional<String> from,
      String to,
      Optional<BigDecimal> coverage,
      boolean changed) {}

  /**
   * Switches.
   *
   * @throws VectorkeeperException VK-T01 when there is no such collection, VK-T02 when its coverage
   *     is too low, VK-T03 when it is retired, VK-T04 when its rows cannot be counted, VK-T05 when
   *     there is nothing to undo; nothing has changed then
   */
  public Switched run(Request request) {
    new Catalog(database.jdbi()).source(request.source());
    try {
      return database
          .jdbi()
          .withHandle(
              handle -> {
                handle.begin();
                Switched switched = run(handle, request);
                if (request.dryRun()) {
                  handle.rollback();
                } else {
                  handle.commit();
                }
                return switched;
              });
    } catch (JdbiException e) {
      throw Refusal.of(e);
    }
  }

  /**
   * Switches in the caller's transaction, and leaves it to the caller to commit.
   *
   * @throws VectorkeeperException as {@link #run(Request)} does
   */
  public static Switched within(Handle handle, Request request) {
    try {
      return run(handle, request);
    } catch (JdbiException e) {
      throw Refusal.of(e);
    }
  }

  private static Switched run(Handle handle, Request request) {
    return handle
        .createQuery(SWITCH)
        .bind("source", request.source())
        .bind("profile", request.profile().orElse(null))
        .bind("least", request.minCoverage().orElse(null))
        .bind("forced", request.force())
        .map(
            (row, context) -> {
              Optional<String> from = Optional.ofNullable(row.getString(1));
              String to = row.getString(2);
              return new Switched(
                  request.source(),
                  from,
                  to,
                  Optional.ofNullable(row.getBigDecimal(3)),
                  !from.equals(Optional.of(to)));
            })
        .one();
  }
}
