package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits of a request: the user's, else what the server itself tells (TEI's {@code /info}),
 * else the vendor's. A server that does not tell is asked again after half a minute.
 */
final class ServerLimits {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLimits.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private final RemoteSettings settings;
  private final HttpExchange exchange;
  private final Clock clock;
  private @Nullable RequestLimits told;
  private Instant nextQuestion = Instant.MIN;

  ServerLimits(RemoteSettings settings, HttpExchange exchange, Clock clock) {
    this.settings = settings;
    this.exchange = exchange;
    this.clock = clock;
  }

  RequestLimits limits() {
    if (settings.limits() != null) {
      return settings.limits();
    }
    RequestLimits usual = settings.vendor().limits(settings.model().name());
    URI address = settings.endpoint().limits();
    return address == null ? usual : told(address, usual);
  }

  private synchronized RequestLimits told(URI address, RequestLimits usual) {
    Instant now = clock.instant();
    if (told != null || now.isBefore(nextQuestion)) {
      return told == null ? usual : told;
    }
    nextQuestion = now.plus(PAUSE);
    told = ask(address, usual).orElse(null);
    return told == null ? usual : told;
  }

  private Optional<RequestLimits> ask(URI address, RequestLimits usual) {
    try {
      HttpAnswer answer = exchange.get(address, settings.timeouts().query());
      JsonNode info = answer.isAnswer() ? JSON.readTree(answer.body()) : JSON.missingNode();
      if (!info.isObject()) {
        return Optional.empty();
      }
      return Optional.of(
          new RequestLimits(
              positive(info.path("max_client_batch_size"), usual.maxInputs()),
              positive(info.path("max_batch_tokens"), usual.maxTokens()),
              positive(info.path("max_input_length"), usual.maxTokensPerInput())));
    } catch (EmbeddingFailure | IOException e) {
      LOG.debug("{} does not tell its limits", settings.vendor().name());
      return Optional.empty();
    }
  }

  private static int positive(JsonNode value, int otherwise) {
    return value.asInt() > 0 ? value.asInt() : otherwise;
  }
}
