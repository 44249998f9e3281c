package dev.vectorkeeper.secret;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.provider.Secret;
import dev.vectorkeeper.secret.MasterKey.Sealed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Secrets in the catalog, sealed by a key that is not in the database. */
public final class SecretStore {
  /** A secret as it may be shown. */
  public record Listed(String name, Instant changedAt) {}

  private static final String PUT =
      """
      insert into vectorkeeper.secret (name, nonce, sealed) values (:name, :nonce, :sealed)
      on conflict (name) do update set nonce = excluded.nonce, sealed = excluded.sealed, changed_at = now()
      """;

  private final Jdbi jdbi;

  public SecretStore(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Stores a secret, over an earlier one of its name. */
  public void set(MasterKey key, String name, Secret value) {
    jdbi.useHandle(handle -> put(handle, key, name, value.reveal()));
  }

  private static void put(Handle handle, MasterKey key, String name, String text) {
    Sealed sealed = key.seal(name, text);
    handle
        .createUpdate(PUT)
        .bind("name", name)
        .bind("nonce", sealed.nonce())
        .bind("sealed", sealed.text())
        .execute();
  }

  /** The names of all secrets. */
  public List<Listed> list() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select name, changed_at from vectorkeeper.secret order by name")
                .map(
                    (row, context) -> new Listed(row.getString(1), row.getTimestamp(2).toInstant()))
                .list());
  }

  /**
   * A secret.
   *
   * @throws VectorkeeperException VK-K03 when it was sealed with another key, VK-K04 when there is
   *     none of that name
   */
  public Secret get(MasterKey key, String name) {
    Optional<Sealed> sealed =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery("select nonce, sealed from vectorkeeper.secret where name = :name")
                    .bind("name", name)
                    .map((row, context) -> new Sealed(row.getBytes(1), row.getBytes(2)))
                    .findOne());
    return Secret.of(key.open(name, sealed.orElseThrow(() -> missing(name))));
  }

  private static VectorkeeperException missing(String name) {
    return new VectorkeeperException(
        "VK-K04",
        "There is no secret \"%s\" in the store. Set it with \"vectorkeeper secrets set %s\"."
            .formatted(name, name));
  }

  /** Seals every secret anew with another key, in one transaction; returns how many. */
  public int rotate(MasterKey from, MasterKey to) {
    return jdbi.inTransaction(
        handle -> {
          handle.execute("lock table vectorkeeper.secret in share row exclusive mode");
          List<String> names =
              handle.createQuery("select name from vectorkeeper.secret").mapTo(String.class).list();
          for (String name : names) {
            Sealed sealed =
                handle
                    .createQuery("select nonce, sealed from vectorkeeper.secret where name = :name")
                    .bind("name", name)
                    .map((row, context) -> new Sealed(row.getBytes(1), row.getBytes(2)))
                    .one();
            put(handle, to, name, from.open(name, sealed));
          }
          return names.size();
        });
  }

  /**
   * Removes a secret.
   *
   * @throws VectorkeeperException VK-K04 when there is none of that name
   */
  public void remove(String name) {
    int removed =
        jdbi.withHandle(
            handle ->
                handle
                    .createUpdate("delete from vectorkeeper.secret where name = :name")
                    .bind("name", name)
                    .execute());
    if (removed == 0) {
      throw missing(name);
    }
  }
}
