package dev.vectorkeeper.secret;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.provider.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/**
 * Finds the key that a profile names: {@code file:PATH}, {@code secret:NAME} in the catalog's
 * store, {@code vault:NAME} in Supabase Vault, or the key itself, which a file should take from the
 * environment.
 */
public final class Secrets {
  private static final String VAULT_PRESENT =
      "select to_regclass('vault.decrypted_secrets') is not null";
  private static final String VAULT =
      "select decrypted_secret from vault.decrypted_secrets where name = :name";

  private final Supplier<Jdbi> jdbi;
  private final Map<String, String> environment;

  /**
   * Secrets of a database and an environment.
   *
   * @param jdbi asked for only when a secret lies in the database
   */
  public Secrets(Supplier<Jdbi> jdbi, Map<String, String> environment) {
    this.jdbi = jdbi;
    this.environment = environment;
  }

  /**
   * The key that a text names.
   *
   * @throws VectorkeeperException VK-K01 to VK-K05
   */
  public Secret resolve(String reference) {
    String text = reference.strip();
    if (text.startsWith("file:")) {
      return fromFile(Path.of(text.substring("file:".length())));
    }
    if (text.startsWith("secret:")) {
      return new SecretStore(jdbi.get())
          .get(MasterKey.of(environment), text.substring("secret:".length()));
    }
    if (text.startsWith("vault:")) {
      return fromVault(text.substring("vault:".length()));
    }
    return Secret.of(text);
  }

  /** Where the key is that a text names, without the key. */
  public static String origin(String reference) {
    String text = reference.strip();
    return text.matches("(?s)(file|secret|vault):.*") ? text : "the configuration file";
  }

  private static Secret fromFile(Path file) {
    try {
      return Secret.ofNullable(Files.readString(file))
          .orElseThrow(
              () ->
                  new VectorkeeperException("VK-K05", "The key file %s is empty.".formatted(file)));
    } catch (IOException e) {
      throw new VectorkeeperException(
          "VK-K05", "The key file %s could not be read.".formatted(file), e);
    }
  }

  private Secret fromVault(String name) {
    return jdbi.get()
        .withHandle(
            handle -> {
              if (!handle.createQuery(VAULT_PRESENT).mapTo(Boolean.class).one()) {
                throw new VectorkeeperException(
                    "VK-K05", "This database has no Supabase Vault (vault.decrypted_secrets).");
              }
              return handle
                  .createQuery(VAULT)
                  .bind("name", name)
                  .mapTo(String.class)
                  .findOne()
                  .map(Secret::of)
                  .orElseThrow(
                      () ->
                          new VectorkeeperException(
                              "VK-K04",
                              "There is no secret \"%s\" in Supabase Vault.".formatted(name)));
            });
  }
}
