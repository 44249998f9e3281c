package dev.vectorkeeper.app.server;

import java.sql.Timestamp;
import java.time.Instant;
import org.jdbi.v3.core.Jdbi;

/** Signatures that were taken, of the whole fleet, as long as they would be good. */
final class UsedSignatures {
  private static final String TAKE =
      """
      with forgotten as (delete from vectorkeeper.used_signature where until < now())
      insert into vectorkeeper.used_signature (mac, until) values (:mac, :until) on conflict do nothing
      """;

  private final Jdbi jdbi;

  UsedSignatures(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Takes a signature; whether it was not taken before. */
  boolean take(byte[] mac, Instant until) {
    return jdbi.withHandle(
            handle ->
                handle
                    .createUpdate(TAKE)
                    .bind("mac", mac)
                    .bind("until", Timestamp.from(until))
                    .execute())
        > 0;
  }
}
