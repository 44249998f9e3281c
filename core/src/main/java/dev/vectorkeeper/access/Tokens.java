package dev.vectorkeeper.access;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.provider.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that the server knows. Each is 256 random bits, of which only the SHA-256 is kept; the
 * hashes are held in memory for a moment and all compared in constant time, so that no call waits
 * for the database and none can tell how near a guess was.
 */
public final class Tokens {
  /** What a token begins with, so that scanners of source code find one that was leaked. */
  public static final String PREFIX = "vk_";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,60}");
  private static final int BYTES = 32;
  private static final long KEPT_NANOS = 1_000_000_000L;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final String ADD =
      """
      insert into vectorkeeper.token (name, sha256, scopes, expires_at) values (:name, :hash, :scopes, :expires)
      on conflict (name) do nothing
      """;

  private static final String ALL =
      "select name, sha256, scopes, created_at, expires_at, used_at from vectorkeeper.token order by name";

  private static final String USED =
      """
      update vectorkeeper.token set used_at = date_trunc('minute', clock_timestamp())
      where name = :name and used_at is distinct from date_trunc('minute', clock_timestamp())
      """;

  private record Known(Token token, byte[] hash) {}

  private record Book(List<Known> tokens, long read) {}

  private final Jdbi jdbi;
  private final Map<String, Instant> noted = new ConcurrentHashMap<>();
  private volatile @Nullable Book book;

  /** One reads for all, so that many calls do not all ask the database at once. */
  private final ReentrantLock reading = new ReentrantLock();

  public Tokens(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /**
   * Makes a token.
   *
   * @return the token, which can be seen here and never again
   * @throws VectorkeeperException VK-H01 when the name is taken or no name
   */
  public Secret create(String name, Set<Scope> scopes, Optional<Instant> expires) {
    if (!NAME.matcher(name).matches()) {
      throw new VectorkeeperException(
          "VK-H01",
          "\"%s\" is no name for a token; write at most 60 letters, digits, dots, dashes and underscores."
              .formatted(name));
    }
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    int added =
        jdbi.withHandle(
            handle ->
                handle
                    .createUpdate(ADD)
                    .bind("name", name)
                    .bind("hash", sha256(token))
                    .bindArray(
                        "scopes", String.class, scopes.stream().map(Scope::toString).toList())
                    .bind("expires", expires.map(Timestamp::from).orElse(null))
                    .execute());
    if (added == 0) {
      throw new VectorkeeperException(
          "VK-H01",
          "There is a token called %s already. Remove it first with \"vectorkeeper token remove %s\", or choose another name."
              .formatted(name, name));
    }
    return Secret.of(token);
  }

  /** Every token, by name. */
  public List<Token> list() {
    return read().stream().map(Known::token).toList();
  }

  /**
   * Removes a token; servers know of it within a second.
   *
   * @throws VectorkeeperException VK-H02 when there is none of that name
   */
  public void remove(String name) {
    int removed =
        jdbi.withHandle(
            handle ->
                handle
                    .createUpdate("delete from vectorkeeper.token where name = :name")
                    .bind("name", name)
                    .execute());
    if (removed == 0) {
      throw new VectorkeeperException("VK-H02", "There is no token called %s.".formatted(name));
    }
  }

  /**
   * The token that somebody showed, if it is known and good. One that is not known is looked for
   * again in the database, because it may have been made just now.
   */
  public Optional<Token> find(String shown) {
    byte[] hash = sha256(shown);
    return find(hash, book())
        .or(() -> find(hash, readBook()))
        .filter(token -> token.expiresAt().filter(e -> e.isBefore(Instant.now())).isEmpty());
  }

  private static Optional<Token> find(byte[] hash, Book book) {
    Known found = null;
    for (Known known : book.tokens()) {
      if (MessageDigest.isEqual(hash, known.hash())) {
        found = known;
      }
    }
    return Optional.ofNullable(found).map(Known::token);
  }

  /** Notes that a token was used, once a minute. */
  public void used(Token token) {
    Instant minute = Instant.now().truncatedTo(ChronoUnit.MINUTES);
    if (!minute.equals(noted.put(token.name(), minute))) {
      jdbi.useHandle(handle -> handle.createUpdate(USED).bind("name", token.name()).execute());
    }
  }

  private Book book() {
    Book present = book;
    if (present == null) {
      return readBook();
    }
    if (System.nanoTime() - present.read() <= KEPT_NANOS || !reading.tryLock()) {
      return present;
    }
    try {
      return readBook();
    } finally {
      reading.unlock();
    }
  }

  private Book readBook() {
    long now = System.nanoTime();
    Book read = new Book(read(), now);
    book = read;
    return read;
  }

  private List<Known> read() {
    return jdbi.withHandle(
        handle -> handle.createQuery(ALL).map((row, context) -> known(row)).list());
  }

  private static Known known(ResultSet row) throws SQLException {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    Arrays.stream((String[]) row.getArray("scopes").getArray())
        .flatMap(name -> Scope.named(name).stream())
        .forEach(scopes::add);
    return new Known(
        new Token(
            row.getString("name"),
            scopes,
            row.getTimestamp("created_at").toInstant(),
            Optional.ofNullable(row.getTimestamp("expires_at")).map(Timestamp::toInstant),
            Optional.ofNullable(row.getTimestamp("used_at")).map(Timestamp::toInstant)),
        row.getBytes("sha256"));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
