package dev.vectorkeeper.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.script.PgCronJob.Extension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text that is printed. For pg_net, which no distribution packages, it is the only proof. */
class PgCronJobTest {
  private static final String SERVER = "http://127.0.0.1:8080";

  private static PgCronJob job(QueueCall call, Extension with) {
    return new PgCronJob(call, "*/10 * * * *", "vectorkeeper-notes", with);
  }

  @Test
  void pg_net_is_given_address_body_headers_and_a_limit_of_time() {
    assertThat(
            job(new QueueCall("notes", SERVER, 100, "vectorkeeper_token"), Extension.PG_NET).sql())
        .contains("create extension if not exists pg_net;")
        .contains("select cron.schedule('vectorkeeper-notes', '*/10 * * * *', $job$")
        .contains("from vault.decrypted_secrets s where s.name = 'vectorkeeper_token'")
        .contains(
            """
              perform net.http_post(
                url := 'http://127.0.0.1:8080/v1/sources/notes/queue',
                body := '{"limit":100}'::jsonb,
                headers := jsonb_build_object('Content-Type', 'application/json', 'Authorization', 'Bearer ' || token),
                timeout_milliseconds := 60000);
            """)
        .endsWith("$job$);\n");
  }

  @Test
  void whatever_a_name_holds_stays_inside_its_quotes() {
    String odd = "it's $job$ $call$ $job1$ \\ {secret}";
    String sql =
        new PgCronJob(
                new QueueCall("notes", "https://x.example/base//", 1, odd),
                "30 seconds",
                odd,
                Extension.HTTP)
            .sql();
    String literal = "E'it''s $job$ $call$ $job1$ \\\\ {secret}'";
    assertThat(sql)
        .contains("s.name = " + literal)
        .contains("select cron.schedule(" + literal + ", '30 seconds', $job2$")
        .contains("do $call1$")
        .contains("'https://x.example/base/v1/sources/notes/queue'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*/10 * * * *",
        "0 3 1-7,9 jan,FEB mon-fri",
        "0 0 $ * *",
        "1 seconds",
        "59 seconds",
        " 5  4 * * * "
      })
  void schedules_of_pg_cron_are_taken(String schedule) {
    QueueCall call = new QueueCall("notes", SERVER, 100, "token");
    assertThat(new PgCronJob(call, schedule, "job", Extension.HTTP).sql())
        .contains("'" + schedule.strip() + "'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "0 seconds",
        "60 seconds",
        "5 minutes",
        "@hourly",
        "* * * * ;",
        "*\n* * * *"
      })
  void others_are_not(String schedule) {
    QueueCall call = new QueueCall("notes", SERVER, 100, "token");
    assertThatThrownBy(() -> new PgCronJob(call, schedule, "job", Extension.HTTP))
        .isInstanceOf(VectorkeeperException.class)
        .hasMessageContaining("--cron");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1:8080",
        "ftp://x",
        "http://",
        "http:///x",
        "http://u:p@x",
        "http://x?a",
        "http://x#a",
        "http://x y",
        "http://x:99999"
      })
  void what_is_no_address_of_a_server_is_refused(String server) {
    assertThatThrownBy(() -> new QueueCall("notes", server, 100, "token"))
        .isInstanceOf(VectorkeeperException.class)
        .hasMessageContaining("--url");
  }
}
