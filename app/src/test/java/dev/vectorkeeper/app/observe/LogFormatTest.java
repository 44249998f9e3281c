package dev.vectorkeeper.app.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.MDC;

/** The two forms of log lines, by the configuration that the program comes with. */
class LogFormatTest {
  @Test
  void json_is_one_object_a_line_with_the_numbers_of_what_is_under_way() throws Exception {
    List<String> lines = logged("json");
    assertThat(lines).hasSize(2);
    JsonNode first = new ObjectMapper().readTree(lines.get(0));
    assertThat(first.get("level").asText()).isEqualTo("WARN");
    assertThat(first.get("loggerName").asText()).isEqualTo("dev.vectorkeeper.Test");
    assertThat(first.get("formattedMessage").asText()).isEqualTo("3 \"rows\"\nwait");
    assertThat(first.at("/mdc/request").asText()).isEqualTo("r-1");
    assertThat(first.at("/mdc/collection").asText()).isEqualTo("notes/small");
    assertThat(first.at("/mdc/batch").asText()).isEqualTo("claim 7");
    JsonNode second = new ObjectMapper().readTree(lines.get(1));
    assertThat(second.get("mdc")).isEmpty();
    assertThat(second.at("/throwable/message").asText()).isEqualTo("broken");
  }

  @Test
  void every_other_format_is_for_people() throws Exception {
    for (String format : List.of("", "console", "text")) {
      assertThat(logged(format).get(0)).as(format).matches("[0-9:.]{12} WARN  Test: 3 \"rows\"");
    }
  }

  /** What the program's configuration writes of a warning with numbers and one with a cause. */
  private static List<String> logged(String format) throws JoranException {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(MDC.getMDCAdapter());
    context.putProperty("VECTORKEEPER_LOG_FORMAT", format);
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      JoranConfigurator configurator = new JoranConfigurator();
      configurator.setContext(context);
      configurator.doConfigure(LogFormatTest.class.getResource("/logback.xml"));
      Logger log = context.getLogger("dev.vectorkeeper.Test");
      try (var request = MDC.putCloseable("request", "r-1");
          var collection = MDC.putCloseable("collection", "notes/small");
          var batch = MDC.putCloseable("batch", "claim 7")) {
        log.warn("{} \"rows\"\nwait", 3);
      }
      log.error("failed", new IllegalStateException("broken"));
      assertThat(context.getStatusManager().getCopyOfStatusList())
          .as("else Logback prints all that it did on standard output")
          .noneMatch(status -> status.getEffectiveLevel() >= Status.WARN);
    } finally {
      System.setErr(before);
      context.stop();
    }
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
