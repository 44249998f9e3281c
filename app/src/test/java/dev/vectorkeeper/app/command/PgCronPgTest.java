package dev.vectorkeeper.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What "sql pg-cron" prints, run by a real pg_cron. */
class PgCronPgTest {
  private static final String TOKEN = "a token that's $job$ secret";

  private static final String YAML =
      """
      profiles:
        local: {provider: local, model: all-MiniLM-L6-v2-q}
      sources:
        notes: {table: notes, text: body, collections: [local]}
      """;

  /** A stand-in for the view of Supabase's Vault, which no distribution packages. */
  private static final List<String> VAULT =
      List.of(
          "create schema vault",
          "create table vault.secrets (name text, secret text)",
          "create view vault.decrypted_secrets as select name, secret as decrypted_secret from vault.secrets",
          "insert into vault.secrets values ('vectorkeeper_token', 'a token that''s $job$ secret'), ('wrong', 'other')");

  /** A stand-in for the extension http, for machines without it: it notes what it was asked for. */
  private static final List<String> HTTP =
      List.of(
          "create schema web",
          "create type web.http_header as (field varchar, value varchar)",
          "create type web.http_request as (method text, uri varchar, headers web.http_header[], content_type varchar, content varchar)",
          "create type web.http_response as (status integer, content_type varchar, headers web.http_header[], content varchar)",
          "create table web.asked (request web.http_request)",
          "create function web.http_header(varchar, varchar) returns web.http_header language sql as 'select $1, $2'",
          "create function web.http_set_curlopt(varchar, varchar) returns boolean language sql as 'select true'",
          "create function web.http(request web.http_request) returns web.http_response language sql as"
              + " 'insert into web.asked values ($1); select 200, null::varchar, null::web.http_header[], null::varchar'",
          "set allow_system_table_mods = on",
          "insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)"
              + " values (99999, 'http', 10, 'web'::regnamespace, false, '0')");

  @TempDir private Path directory;
  private Shell shell;

  @BeforeEach
  void write() throws Exception {
    Path files = Files.createDirectory(directory.resolve("files"));
    shell = new Shell(Map.of(), files);
    Files.writeString(shell.file(), YAML);
  }

  /** The test is skipped where it cannot be had. */
  private CronCluster cluster(String... extensions) throws Exception {
    try {
      return CronCluster.start(directory, extensions);
    } catch (CronCluster.Lacking e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  private String printed(QueueEndpoint endpoint, String schedule, String... more) {
    String[] arguments =
        new String[] {
          "sql",
          "pg-cron",
          "notes",
          "--with",
          "http",
          "--limit",
          "7",
          "--cron",
          schedule,
          "--url",
          endpoint.url()
        };
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    Shell.Ran ran = shell.run(all);
    assertThat(ran.status()).as(ran.all()).isZero();
    return ran.out();
  }

  /** Every second where pg_cron knows that, which it does from version 1.5 on. */
  private static String soon(CronCluster cluster) throws SQLException {
    boolean seconds =
        cluster
            .column(
                "select string_to_array(split_part(default_version, '-', 1), '.')::int[] >= '{1,5}' from pg_available_extensions where name = 'pg_cron'")
            .equals(List.of("t"));
    return seconds ? "1 seconds" : "* * * * *";
  }

  private static void awaitRun(CronCluster cluster) {
    await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                !cluster
                    .column(
                        "select status from cron.job_run_details where status in ('succeeded', 'failed')")
                    .isEmpty());
  }

  private static void assertNoToken(CronCluster cluster) throws SQLException {
    assertThat(cluster.column("select j::text from cron.job j").toString())
        .contains("vectorkeeper_token")
        .doesNotContain(TOKEN)
        .doesNotContain(TOKEN.replace("'", "''"));
    assertThat(cluster.column("select d::text from cron.job_run_details d").toString())
        .doesNotContain(TOKEN)
        .doesNotContain(TOKEN.replace("'", "''"));
  }

  @Test
  void a_real_pg_cron_calls_the_server_by_a_real_http_extension() throws Exception {
    try (CronCluster cluster = cluster("pg_cron", "http");
        QueueEndpoint endpoint = new QueueEndpoint(TOKEN)) {
      cluster.sql(VAULT.toArray(String[]::new));
      String printed = printed(endpoint, soon(cluster));
      cluster.sql(printed, printed);
      assertThat(cluster.column("select jobname from cron.job"))
          .containsExactly("vectorkeeper-notes");
      awaitRun(cluster);
      assertThat(
              cluster.column(
                  "select distinct status from cron.job_run_details where status <> 'running'"))
          .containsExactly("succeeded");
      assertThat(endpoint.accepted()).isNotEmpty();
      assertThat(endpoint.refused()).isEmpty();
      assertNoToken(cluster);
      cluster.sql(printed(endpoint, "0 0 1 1 *", "--secret", "wrong"));
      assertThatThrownBy(() -> runNow(cluster)).hasMessageContaining("answered with status 401");
      cluster.sql(printed(endpoint, "0 0 1 1 *", "--secret", "absent"));
      assertThatThrownBy(() -> runNow(cluster)).hasMessageContaining("no secret named absent");
    }
  }

  @Test
  void a_real_pg_cron_runs_the_job_with_a_stand_in_for_http() throws Exception {
    try (CronCluster cluster = cluster("pg_cron");
        QueueEndpoint endpoint = new QueueEndpoint(TOKEN)) {
      cluster.sql(VAULT.toArray(String[]::new));
      cluster.sql(HTTP.toArray(String[]::new));
      cluster.sql(
          printed(endpoint, "0 0 1 1 *", "--secret", "wrong"), printed(endpoint, soon(cluster)));
      assertThat(cluster.column("select jobname from cron.job"))
          .containsExactly("vectorkeeper-notes");
      awaitRun(cluster);
      assertThat(
              cluster.column("select distinct status || return_message from cron.job_run_details"))
          .containsExactly("succeededDO");
      assertThat(
              cluster.column("select to_jsonb(request) - 'headers' from web.asked limit 1").get(0))
          .contains("\"method\": \"POST\"")
          .contains("\"uri\": \"" + endpoint.url() + QueueEndpoint.PATH + "\"")
          .contains("\"content_type\": \"application/json\"")
          .contains("\"content\": \"{\\\"limit\\\":7}\"");
      assertThat(
              cluster.column(
                  "select h.field || ': ' || h.value from web.asked, unnest((request).headers) h limit 1"))
          .containsExactly("Authorization: Bearer " + TOKEN);
      assertNoToken(cluster);
      cluster.sql(printed(endpoint, "0 0 1 1 *", "--secret", "absent"));
      assertThatThrownBy(() -> runNow(cluster)).hasMessageContaining("no secret named absent");
    }
  }

  private static void runNow(CronCluster cluster) throws SQLException {
    cluster.sql(cluster.column("select command from cron.job").get(0));
  }
}
