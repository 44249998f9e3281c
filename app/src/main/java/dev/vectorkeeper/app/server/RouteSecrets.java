package dev.vectorkeeper.app.server;

import dev.vectorkeeper.config.RouteDefinition.Auth;
import dev.vectorkeeper.provider.Secret;
import dev.vectorkeeper.secret.Secrets;
import io.javalin.http.Context;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The secrets of one route, one of which its callers show: a bearer token, the header {@code
 * X-Job-Token}, or a signature.
 */
final class RouteSecrets {
  private static final String JOB_TOKEN = "X-Job-Token";

  private final Optional<Secret> bearer;
  private final Optional<Secret> jobToken;
  private final Optional<Signatures> signatures;

  private RouteSecrets(
      Optional<Secret> bearer, Optional<Secret> jobToken, Optional<Signatures> signatures) {
    this.bearer = bearer;
    this.jobToken = jobToken;
    this.signatures = signatures;
  }

  /** Finds what the file refers to. */
  static RouteSecrets of(Auth auth, Secrets secrets, UsedSignatures used) {
    return new RouteSecrets(
        auth.bearer().map(secrets::resolve),
        auth.jobToken().map(secrets::resolve),
        auth.hmac().map(secrets::resolve).map(key -> new Signatures(key, used)));
  }

  boolean isEmpty() {
    return bearer.isEmpty() && jobToken.isEmpty() && signatures.isEmpty();
  }

  /** Whether the request shows one of them. */
  boolean isShown(Context context) {
    return isBearerShown(context)
        || isSame(jobToken, Optional.ofNullable(context.header(JOB_TOKEN)))
        || signatures.filter(known -> known.isSigned(context)).isPresent();
  }

  boolean isBearerShown(Context context) {
    return isSame(bearer, Access.bearer(context));
  }

  private static boolean isSame(Optional<Secret> secret, Optional<String> shown) {
    return secret.isPresent()
        && shown
            .filter(text -> !text.isBlank())
            .map(Secret::of)
            .filter(secret.get()::equals)
            .isPresent();
  }

  /** Whether it shows what can be nothing but one of them, and is not. */
  boolean isWrongShown(Context context) {
    return jobToken.isPresent() && context.header(JOB_TOKEN) != null
        || signatures.isPresent() && context.header(Signatures.SIGNATURE) != null;
  }

  /** Whether the request shows something of the sort. */
  boolean areClaimed(Context context) {
    return bearer.isPresent() && Access.bearer(context).isPresent()
        || jobToken.isPresent() && context.header(JOB_TOKEN) != null
        || signatures.isPresent() && context.header(Signatures.SIGNATURE) != null;
  }

  /** What callers show, for people. */
  @Override
  public String toString() {
    return Stream.of(
            bearer.map(secret -> "the route's bearer token"),
            jobToken.map(secret -> "the header " + JOB_TOKEN),
            signatures.map(
                known ->
                    "a signature in the headers %s and %s"
                        .formatted(Signatures.SIGNATURE, Signatures.TIMESTAMP)))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(" or "));
  }
}
