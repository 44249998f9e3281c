package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.TextSide;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Whatever happens, the key of a request is on the wire and nowhere else. */
class SecrecyContractTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Timeouts TIMEOUTS = new Timeouts(LONG, LONG, LONG, SHORT);
  private static final Timeouts IMPATIENT = new Timeouts(LONG, LONG, SHORT, SHORT);

  static List<String> vendors() {
    return Vendors.names();
  }

  @ParameterizedTest
  @MethodSource("vendors")
  void the_key_shows_nowhere(String vendor) {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level before = root.getLevel();
    log.start();
    root.setLevel(Level.TRACE);
    root.addAppender(log);
    List<String> shown = new ArrayList<>();
    try (StrictVendorServer server = StrictVendorServer.start(vendor, 16)) {
      for (Play play : Play.values()) {
        shown.addAll(playedBy(server, play));
      }
    } finally {
      root.detachAppender(log);
      root.setLevel(before);
    }
    log.list.forEach(event -> shown.add(event.getThreadName() + event.getFormattedMessage()));
    Thread.getAllStackTraces().keySet().forEach(thread -> shown.add(thread.getName()));
    assertThat(shown).hasSizeGreaterThan(Play.values().length);
    assertThat(shown).noneMatch(text -> text.contains(StrictVendorServer.KEY));
    assertThat(shown).noneMatch(text -> text.contains("canary"));
  }

  private static List<String> playedBy(StrictVendorServer server, Play play) {
    server.next(play);
    Timeouts timeouts = play == Play.HANG || play == Play.DRIP ? IMPATIENT : TIMEOUTS;
    try (RemoteProvider asked = RemoteProvider.open(server.settings().timeouts(timeouts).build())) {
      EmbeddingFailure failure =
          catchThrowableOfType(
              EmbeddingFailure.class, () -> asked.embed(List.of("a text", "b"), TextSide.QUERY));
      return List.of(
          failure == null ? "" : stackTrace(failure),
          asked.toString(),
          asked.settings().toString(),
          asked.settings().endpoint().toString());
    }
  }

  private static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
