package dev.vectorkeeper.app.server;

import dev.vectorkeeper.access.Scope;
import dev.vectorkeeper.access.Token;
import dev.vectorkeeper.access.Tokens;
import dev.vectorkeeper.app.Version;
import dev.vectorkeeper.config.ServerSettings;
import io.javalin.http.Context;
import java.net.URI;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides who may call what. */
final class Access {
  private static final String BEARER = "bearer ";
  private static final Set<String> LOOPBACK =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1", "0:0:0:0:0:0:0:1");

  private final ServerSettings settings;
  private final Tokens tokens;
  private final FailureLimit failures = new FailureLimit();
  private final boolean onLoopback;

  Access(ServerSettings settings, Tokens tokens, boolean onLoopback) {
    this.settings = settings;
    this.tokens = tokens;
    this.onLoopback = onLoopback;
  }

  /**
   * Refuses what a browser sends for somebody else's page: a request from another origin, or to a
   * name that somebody else made point to this machine.
   *
   * @throws Problem.Refused VK-H06
   */
  void requireOwnOrigin(Context context) {
    String host = String.valueOf(context.header("Host"));
    if (onLoopback && !isThisMachine(name(host))) {
      throw new Problem.Refused(
          "VK-H06",
          "This server is for callers on its own machine; call it by 127.0.0.1 or localhost.");
    }
    String origin = context.header("Origin");
    if (origin != null && !isOwn(origin, host)) {
      throw new Problem.Refused("VK-H06", "Requests of other origins are not answered.");
    }
  }

  /** Only names can be made to point here by somebody else, addresses cannot. */
  private boolean isThisMachine(String name) {
    return LOOPBACK.contains(name)
        || name.equalsIgnoreCase(settings.host())
        || name.matches("127(\\.\\d{1,3}){3}");
  }

  private static String name(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith("]") ? lower : lower.replaceFirst(":\\d+$", "");
  }

  private static boolean isOwn(String origin, String host) {
    try {
      return host.equalsIgnoreCase(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * What a caller may do.
   *
   * @param token the name of the token that it shows; nothing without one
   * @param scopes what is open to it
   * @param authentication whether changes need a token
   * @param version the program's
   */
  record View(Optional<String> token, Set<Scope> scopes, boolean authentication, String version) {}

  /**
   * What the caller may do.
   *
   * @throws Problem.Refused VK-H04 for a token that is not known, VK-H10 after too many of them
   */
  View of(Context context) {
    failures.requireFew(context.ip());
    Optional<Token> token = bearer(context).map(shown -> known(context, shown));
    return new View(
        token.map(Token::name),
        token.map(Token::scopes).orElseGet(this::open),
        settings.authentication(),
        Version.current());
  }

  private Token known(Context context, String shown) {
    return tokens
        .find(shown)
        .orElseThrow(
            () -> {
              failures.count(context.ip());
              return unauthenticated(context, "The token is not known, or ran out.");
            });
  }

  /**
   * Lets a request pass that may do something.
   *
   * @throws Problem.Refused VK-H04 without a good token, VK-H06 where its scopes do not reach,
   *     VK-H10 after too many wrong ones
   */
  void require(Context context, Scope scope) {
    failures.requireFew(context.ip());
    Optional<String> shown = bearer(context);
    if (shown.isEmpty()) {
      if (!open().contains(scope)) {
        throw unauthenticated(context, "This needs a token with the scope " + scope + ".");
      }
      return;
    }
    Token token = known(context, shown.get());
    tokens.used(token);
    if (!token.scopes().contains(scope)) {
      throw new Problem.Refused(
          "VK-H06", "The token %s has not the scope %s.".formatted(token.name(), scope));
    }
  }

  /**
   * Lets a request pass that shows one of a route's own secrets, or else a token.
   *
   * @param secrets of the route
   */
  void require(Context context, RouteSecrets secrets, Scope scope) {
    failures.requireFew(context.ip());
    if (secrets.isShown(context)) {
      return;
    }
    boolean wrong =
        secrets.isWrongShown(context)
            || secrets.areClaimed(context) && bearer(context).flatMap(tokens::find).isEmpty();
    if (wrong) {
      failures.count(context.ip());
      throw unauthenticated(context, "The secret or signature is wrong, late or used before.");
    }
    if (!secrets.isEmpty() && bearer(context).isEmpty()) {
      throw unauthenticated(context, "This needs %s.".formatted(secrets));
    }
    require(context, scope);
  }

  private static Problem.Refused unauthenticated(Context context, String message) {
    context.header("WWW-Authenticate", "Bearer realm=\"vectorkeeper\"");
    return new Problem.Refused("VK-H04", message);
  }

  /** What may be done without a token. */
  private Set<Scope> open() {
    if (!settings.authentication()) {
      return EnumSet.allOf(Scope.class);
    }
    return settings.openReads() ? EnumSet.of(Scope.READ) : EnumSet.noneOf(Scope.class);
  }

  static Optional<String> bearer(Context context) {
    @Nullable String header = context.header("Authorization");
    return Optional.ofNullable(header)
        .filter(text -> text.toLowerCase(Locale.ROOT).startsWith(BEARER))
        .map(text -> text.substring(BEARER.length()).strip());
  }
}
