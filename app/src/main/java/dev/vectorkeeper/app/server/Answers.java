package dev.vectorkeeper.app.server;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.sql.SQLTransientConnectionException;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.BadMessageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What every answer has: headers that keep browsers careful, and problems in one form. */
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  static void add(JavalinConfig config, BooleanSupplier ending) {
    config.routes.before(context -> headers(context, ending));
    config.routes.exception(
        VectorkeeperException.class, (e, context) -> write(context, Problem.of(e, context.path())));
    config.routes.exception(
        HttpResponseException.class,
        (e, context) ->
            write(
                context,
                Problem.of(refused(e.getStatus(), context.method().name()), context.path())));
    config.routes.exception(
        Exception.class,
        (e, context) -> {
          try (MDC.MDCCloseable numbered = RequestTrace.numbered(context)) {
            write(context, unforeseen(e, context));
          }
        });
    for (int status : new int[] {404, 405}) {
      config.routes.error(
          status,
          "*",
          context -> {
            if (!String.valueOf(context.res().getContentType()).startsWith("application/problem")) {
              write(context, Problem.of(refused(status, context.method().name()), context.path()));
            }
          });
    }
  }

  private static void headers(Context context, BooleanSupplier ending) {
    context.header("X-Content-Type-Options", "nosniff");
    context.header("X-Frame-Options", "DENY");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cache-Control", "no-store");
    context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    context.header("Cross-Origin-Resource-Policy", "same-origin");
    if (context.req().isSecure()) {
      context.header("Strict-Transport-Security", "max-age=31536000");
    }
    if (ending.getAsBoolean()) {
      context.header("Connection", "close");
    }
  }

  private static Problem unforeseen(Exception e, Context context) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof VectorkeeperException known) {
        return Problem.of(known, context.path());
      }
      if (cause instanceof BadMessageException bad) {
        return Problem.of(
            bad.getCode() == 408
                ? refused(408, "")
                : new Problem.Refused("VK-H03", "The request is not HTTP as it should be."),
            context.path());
      }
      if (cause instanceof java.util.concurrent.TimeoutException
          || cause instanceof java.io.EOFException) {
        return Problem.of(
            new Problem.Refused("VK-H11", "The request did not come in time."), context.path());
      }
      if (cause instanceof SQLTransientConnectionException
          || cause instanceof java.sql.SQLException sql
              && String.valueOf(sql.getSQLState()).startsWith("08")) {
        LOG.warn("{}: the database cannot be used: {}", context.path(), cause.getMessage());
        return Problem.of(
            new Problem.Refused("VK-D02", "The database cannot be used now. Try again."),
            context.path());
      }
    }
    LOG.error("{} {}: {}", context.method(), context.path(), e.getMessage(), e);
    return Problem.unforeseen(context.path());
  }

  static Problem.Refused refused(int status, String method) {
    return switch (status) {
      case 405 -> new Problem.Refused("VK-H07", "%s is not answered here.".formatted(method));
      case 413 ->
          new Problem.Refused(
              "VK-H08", "The body is longer than %,d bytes.".formatted(Requests.MOST_BYTES));
      case 404 -> new Problem.Refused("VK-H05", "There is nothing here; see /v1/openapi.json.");
      case 408 -> new Problem.Refused("VK-H11", "The request did not come in time.");
      case 503 -> new Problem.Refused("VK-H12", "The server is ending.");
      default ->
          new Problem.Refused(
              status >= 500 ? "VK-X01" : "VK-H03",
              status >= 500
                  ? "Something failed that was not foreseen; the server's log has more."
                  : "The request cannot be understood.");
    };
  }

  static void write(Context context, Problem problem) {
    sayIfClosing(context);
    context.status(problem.status());
    context.contentType("application/problem+json");
    if (problem.status() == 429) {
      context.header("Retry-After", "60");
    }
    context.result(Json.line(problem));
  }

  /**
   * A body that is not read yet when its request is refused ends the connection; a caller that is
   * not told would send its next request there.
   */
  private static void sayIfClosing(Context context) {
    if (!ServletContextRequest.getServletContextRequest(context.req()).consumeAvailable()) {
      context.header("Connection", "close");
    }
  }
}
