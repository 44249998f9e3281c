package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Carries out what a {@link StrictVendorServer} was told to do with a request. */
final class Performance {
  private final VendorRules rules;
  private final VendorErrors errors;
  private final VendorAnswers answers;
  private final RequestLimits limits;

  Performance(VendorRules rules, VendorAnswers answers, RequestLimits limits) {
    this.rules = rules;
    this.errors = new VendorErrors(rules.name());
    this.answers = answers;
    this.limits = limits;
  }

  void perform(Play play, ReceivedRequest request, HttpConnection http, List<String> headers)
      throws IOException {
    switch (play) {
      case RATE_LIMITED -> rateLimited(http);
      case RATE_LIMITED_WITH_SECONDS ->
          rateLimited(http, "retry-after: " + StrictVendorServer.RETRY_SECONDS);
      case RATE_LIMITED_WITH_DATE -> rateLimited(http, dateLines());
      case QUOTA_EXHAUSTED -> refuse(http, errors.quotaExhausted());
      case INVALID_INPUT -> refuse(http, poison(request));
      case TOO_LARGE -> refuse(http, errors.tooLarge());
      case SERVER_ERROR -> refuse(http, errors.error(500, "server_error", "", "Internal error"));
      case OVERLOADED -> refuse(http, errors.error(503, "overloaded", "", "Overloaded"));
      case REDIRECT ->
          http.send(307, List.of("location: http://127.0.0.1:9/elsewhere"), new byte[0]);
      case HANG -> http.hang();
      case RESET -> http.reset();
      case DRIP -> drip(http);
      case GARBAGE -> http.send(200, headers, bytes("<html>Please sign in to the network</html>"));
      case TRUNCATED -> http.send(200, headers, half(answers.answer(request, Play.ANSWER)));
      case CUT_SHORT -> cutShort(http, request);
      case ENDLESS -> endless(http);
      default -> answer(play, request, http, headers);
    }
  }

  private void answer(Play play, ReceivedRequest request, HttpConnection http, List<String> lines)
      throws IOException {
    Optional<VendorErrors.Error> refusal = refusal(request);
    if (refusal.isPresent()) {
      refuse(http, refusal.get());
    } else {
      http.send(200, lines, answers.answer(request, play));
    }
  }

  /** What the vendor refuses, in the order in which it looks. */
  private Optional<VendorErrors.Error> refusal(ReceivedRequest request) {
    if (!request.target().equals(rules.basePath() + rules.path())) {
      return Optional.of(errors.error(404, "not_found", "", "Not Found"));
    }
    String key = request.headers().get(rules.keyHeader());
    if (rules.needsKey() && !rules.keyValue(StrictVendorServer.KEY).equals(key)) {
      return Optional.of(errors.wrongKey());
    }
    if (!"application/json".equals(request.headers().get("content-type"))) {
      return Optional.of(errors.error(415, "", "", "content type must be application/json"));
    }
    if (!rules.modelIn(request.body()).equals(rules.model())) {
      return Optional.of(errors.unknownModel(rules.modelIn(request.body())));
    }
    return fieldRefusal(request).or(() -> inputRefusal(request));
  }

  private Optional<VendorErrors.Error> fieldRefusal(ReceivedRequest request) {
    Iterator<String> names = request.body().fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!rules.fields().contains(name)) {
        return Optional.of(errors.error(422, "extra_forbidden", "", name + " is not permitted"));
      }
    }
    if (rules.name().equals("cohere") && rules.taskIn(request.body()).isEmpty()) {
      return Optional.of(errors.error(400, "", "", "input_type is required"));
    }
    return Optional.empty();
  }

  private Optional<VendorErrors.Error> inputRefusal(ReceivedRequest request) {
    if (request.texts().isEmpty() || request.texts().contains("")) {
      return Optional.of(
          errors.error(400, "invalid_request_error", "", "input cannot be an empty string"));
    }
    boolean tooMany =
        request.texts().size() > limits.maxInputs()
            || request.texts().size() > rules.maxInputs()
            || request.tokens() > limits.maxTokens();
    return tooMany ? Optional.of(errors.tooLarge()) : Optional.empty();
  }

  private VendorErrors.Error poison(ReceivedRequest request) {
    return errors.error(
        400,
        "invalid_request_error",
        "",
        "cannot embed \""
            + request.texts().get(0)
            + "\"\nasked for with "
            + request.headers().get(rules.keyHeader()));
  }

  private void rateLimited(HttpConnection http, String... lines) throws IOException {
    VendorErrors.Error error = errors.error(429, "rate_limit", "", "Slow down");
    http.send(429, List.of(lines), bytes(error.body()));
  }

  private static String[] dateLines() {
    ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
    ZonedDateTime then = now.plusSeconds(StrictVendorServer.RETRY_SECONDS);
    return new String[] {
      "date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(now),
      "retry-after: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(then)
    };
  }

  private static void refuse(HttpConnection http, VendorErrors.Error error) throws IOException {
    http.send(error.status(), List.of(), bytes(error.body()));
  }

  private static void drip(HttpConnection http) throws IOException {
    http.sendHead(200, List.of(), 1 << 20);
    while (!Thread.currentThread().isInterrupted()) {
      http.sendPart(new byte[] {' '});
      http.pause(Duration.ofMillis(20));
    }
  }

  private void cutShort(HttpConnection http, ReceivedRequest request) throws IOException {
    byte[] whole = answers.answer(request, Play.ANSWER);
    http.sendHead(200, List.of(), whole.length);
    http.sendPart(half(whole));
    http.close();
  }

  private static void endless(HttpConnection http) throws IOException {
    http.sendHead(200, List.of(), 8L << 30);
    byte[] part = new byte[1 << 20];
    Arrays.fill(part, (byte) ' ');
    List<byte[]> parts = new ArrayList<>(List.of(bytes("{\"data\":["), part));
    while (!Thread.currentThread().isInterrupted()) {
      http.sendPart(parts.size() > 1 ? parts.remove(0) : parts.get(0));
    }
  }

  private static byte[] half(byte[] whole) {
    return Arrays.copyOf(whole, whole.length / 2);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
