package dev.vectorkeeper.postgres;

import dev.vectorkeeper.VectorkeeperException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of a database, from a {@code postgresql://} or a {@code jdbc:postgresql://} URL.
 * Credentials are kept apart from the part that may be shown.
 */
public final class DatabaseUrl {
  /** What stands before the last @ is the user and the password, whatever characters it holds. */
  private static final Pattern LIBPQ =
      Pattern.compile("postgres(?:ql)?://(?:([^?]*)@)?([^/?@]*)(?:/([^?@]*))?(?:\\?(.*))?");

  private static final Pattern HOSTS =
      Pattern.compile("(?:(?:[^:,\\[\\]]*|\\[[0-9a-fA-F:.%]+])(?::\\d+)?,?)*");

  private final String jdbcUrl;
  private final Properties properties;

  private DatabaseUrl(String jdbcUrl, Properties properties) {
    this.jdbcUrl = jdbcUrl;
    this.properties = properties;
  }

  /** The address of a server with its credentials given apart. */
  public static DatabaseUrl of(String jdbcUrl, @Nullable String user, @Nullable String password) {
    Properties properties = new Properties();
    if (user != null) {
      properties.setProperty("user", user);
    }
    if (password != null) {
      properties.setProperty("password", password);
    }
    return new DatabaseUrl(jdbcUrl, properties);
  }

  /**
   * Reads either form of URL.
   *
   * @throws VectorkeeperException VK-D01 when it is neither; the message holds no credentials
   */
  public static DatabaseUrl parse(String url) {
    String trimmed = url.trim();
    try {
      return trimmed.startsWith("jdbc:postgresql:") ? fromJdbc(trimmed) : fromLibpq(trimmed);
    } catch (IllegalArgumentException e) {
      throw new VectorkeeperException(
          "VK-D01",
          "The database address is not understood. Write it as postgresql://user:password@host:5432/database or as"
              + " jdbc:postgresql://host:5432/database?user=…&password=…, with %40 for @, %3A for :, %2F for /, %3F"
              + " for ? and %25 for % in the user's name and the password.");
    }
  }

  private static DatabaseUrl fromLibpq(String url) {
    Matcher libpq = LIBPQ.matcher(url);
    if (!libpq.matches() || !HOSTS.matcher(libpq.group(2)).matches()) {
      throw new IllegalArgumentException("not an address");
    }
    Properties properties = new Properties();
    if (libpq.group(1) != null) {
      String[] credentials = libpq.group(1).split(":", 2);
      properties.setProperty("user", decode(credentials[0]));
      if (credentials.length > 1) {
        properties.setProperty("password", decode(credentials[1]));
      }
    }
    addQuery(libpq.group(4), properties);
    String host = libpq.group(2).isEmpty() ? "localhost" : libpq.group(2);
    String name = libpq.group(3) == null ? "" : libpq.group(3);
    return new DatabaseUrl("jdbc:postgresql://" + host + "/" + name, properties);
  }

  private static DatabaseUrl fromJdbc(String url) {
    String rest = url.substring("jdbc:".length());
    if (rest.startsWith("postgresql://")) {
      return fromLibpq(rest);
    }
    if (rest.indexOf('@') >= 0) {
      throw new IllegalArgumentException("credentials where no host is");
    }
    Properties properties = new Properties();
    int query = url.indexOf('?');
    if (query >= 0) {
      addQuery(url.substring(query + 1), properties);
    }
    return new DatabaseUrl(query < 0 ? url : url.substring(0, query), properties);
  }

  private static void addQuery(@Nullable String query, Properties properties) {
    if (query == null || query.isEmpty()) {
      return;
    }
    for (String pair : query.split("&")) {
      String[] parts = pair.split("=", 2);
      if (parts[0].indexOf('@') >= 0) {
        throw new IllegalArgumentException("a question mark in the credentials");
      }
      String name = decode(parts[0]);
      String value = parts.length > 1 ? decode(parts[1]) : "true";
      switch (name) {
        case "connect_timeout" -> properties.setProperty("connectTimeout", value);
        case "application_name" -> properties.setProperty("ApplicationName", value);
        case "sslrootcert" -> properties.setProperty("sslrootcert", value);
        default -> properties.setProperty(name, value);
      }
    }
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** The JDBC URL without credentials. */
  public String jdbcUrl() {
    return jdbcUrl;
  }

  /** Driver properties, credentials among them. */
  public Properties properties() {
    Properties copy = new Properties();
    copy.putAll(properties);
    return copy;
  }

  /** The same server and credentials with another database. */
  public DatabaseUrl withDatabase(String database) {
    int slash = jdbcUrl.lastIndexOf('/');
    return new DatabaseUrl(jdbcUrl.substring(0, slash + 1) + database, properties);
  }

  /** Host, port and database for people; never credentials. */
  @Override
  public String toString() {
    return jdbcUrl.substring("jdbc:".length());
  }
}
