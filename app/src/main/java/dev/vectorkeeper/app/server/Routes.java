package dev.vectorkeeper.app.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.access.Scope;
import dev.vectorkeeper.config.RouteDefinition;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.run.Operation;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.search.Search;
import dev.vectorkeeper.secret.Secrets;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Paths of hand-made systems, so that their cron jobs and triggers change the host alone: each does
 * one operation on one source, with preset arguments and a secret of its own.
 */
final class Routes {
  /** How Vercel's cron service says who it is; it can only GET. */
  private static final String CRON_THAT_GETS = "vercel-cron/";

  /** Presets of which a caller may ask for less. */
  private static final Set<String> LESS = Set.of("limit", "last", "seconds");

  private static final List<String> TEXT_NAMES = List.of("embedding_text", "text", "input");

  /** Just what readers of a hand-made queue know. */
  private record Status(long pending, long retries, String message) {}

  private record Embedding(float[] embedding) {}

  private record Route(RouteDefinition definition, RouteSecrets secrets) {}

  private final Vectorkeeper keeper;
  private final Contract contract;
  private final Access access;
  private final Search search;
  private final List<Route> routes;
  private final BooleanSupplier ending;

  Routes(
      Vectorkeeper keeper,
      Contract contract,
      Access access,
      Secrets secrets,
      BooleanSupplier ending) {
    this.keeper = keeper;
    this.contract = contract;
    this.access = access;
    this.search = keeper.search();
    this.ending = ending;
    UsedSignatures used = new UsedSignatures(keeper.database().jdbi());
    this.routes =
        keeper.configuration().server().routes().stream()
            .map(route -> new Route(route, RouteSecrets.of(route.auth(), secrets, used)))
            .toList();
  }

  void add(JavalinConfig config) {
    for (Route route : routes) {
      String path = route.definition().path();
      config.routes.addHttpHandler(
          HandlerType.POST,
          path,
          context ->
              RequestTrace.within(context, path, () -> write(context, post(context, route))));
      if (route.definition().operation().isPresent()) {
        config.routes.addHttpHandler(
            HandlerType.GET,
            path,
            context ->
                RequestTrace.within(context, path, () -> write(context, get(context, route))));
      }
    }
  }

  private static void write(Context context, Object answer) {
    context.contentType("application/json").result(Json.line(answer));
  }

  private Object post(Context context, Route route) {
    access.requireOwnOrigin(context);
    Optional<Operation> operation = route.definition().operation();
    access.require(context, route.secrets(), operation.isPresent() ? Scope.OPERATE : Scope.SEARCH);
    ObjectNode body =
        context.bodyAsBytes().length == 0
            ? JsonNodeFactory.instance.objectNode()
            : Requests.json(context);
    return operation.isPresent()
        ? run(context, route, operation.get(), body)
        : embed(route.definition(), body);
  }

  private Object get(Context context, Route route) {
    access.requireOwnOrigin(context);
    RouteDefinition definition = route.definition();
    boolean cron =
        route.secrets().isBearerShown(context)
            && String.valueOf(context.header("User-Agent")).startsWith(CRON_THAT_GETS);
    if (cron || definition.getWorks() && Access.bearer(context).isPresent()) {
      access.require(context, route.secrets(), Scope.OPERATE);
      return run(
          context,
          route,
          definition.operation().orElseThrow(),
          JsonNodeFactory.instance.objectNode());
    }
    if (!definition.openStatus()) {
      access.require(context, route.secrets(), Scope.READ);
    }
    Waiting waiting = Waiting.of(keeper, definition.source());
    return new Status(waiting.pending(), waiting.retries(), waiting.message());
  }

  private Object run(Context context, Route route, Operation operation, ObjectNode body) {
    contract.check("processQueue", body);
    ObjectNode preset = route.definition().arguments();
    body.properties().forEach(given -> requireWithin(preset, given.getKey(), given.getValue()));
    ObjectNode arguments = preset.deepCopy();
    arguments.setAll(body);
    try (ClientWatch watch = ClientWatch.of(context.req())) {
      return keeper
          .runs()
          .run(
              RunRequest.of(operation, route.definition().source(), arguments),
              () -> ending.getAsBoolean() || watch.getAsBoolean());
    }
  }

  /** A caller may ask for less than is preset, and for nothing else. */
  private static void requireWithin(ObjectNode preset, String name, JsonNode given) {
    JsonNode known = preset.get(name);
    if (known == null || known.equals(given)) {
      return;
    }
    if (!LESS.contains(name) || given.asLong() > known.asLong()) {
      throw new Problem.Refused(
          "VK-H03",
          LESS.contains(name)
              ? "body.%s: at most %d can be asked for here.".formatted(name, known.asLong())
              : "body.%s: this is set to %s here.".formatted(name, known.asText()));
    }
  }

  private Object embed(RouteDefinition definition, ObjectNode body) {
    if (body.size() != 1
        || !TEXT_NAMES.contains(body.fieldNames().next())
        || !body.elements().next().isTextual()) {
      throw new Problem.Refused(
          "VK-H03", "The body must have one text, as in {\"embedding_text\": \"…\"}.");
    }
    Contract.checkTexts(body, "body");
    String text = body.elements().next().asText();
    Optional<String> profile =
        Optional.ofNullable(definition.arguments().get("profile")).map(JsonNode::asText);
    return new Embedding(
        search
            .embed(definition.source(), profile, List.of(text), TextSide.DOCUMENT)
            .vectors()
            .get(0));
  }
}
