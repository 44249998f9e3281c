package dev.vectorkeeper.app.command;

import dev.vectorkeeper.script.PgCronJob;
import dev.vectorkeeper.script.QueueCall;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a job of pg_cron may be given. */
final class PgCronOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The server's address as the database sees it (default: ${DEFAULT-VALUE}).")
  private String url = "http://127.0.0.1:8080";

  @Option(
      names = "--cron",
      paramLabel = "SCHEDULE",
      description =
          "Five fields, or \"N seconds\" from pg_cron 1.5 on (default: ${DEFAULT-VALUE}).")
  private String cron = "*/10 * * * *";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Rows a call at most (default: ${DEFAULT-VALUE}).")
  private int limit = 100;

  @Option(
      names = "--with",
      paramLabel = "EXTENSION",
      description = "What makes the call: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private PgCronJob.Extension with = PgCronJob.Extension.PG_NET;

  @Option(
      names = "--secret",
      paramLabel = "NAME",
      description = "The token's name in the Vault (default: ${DEFAULT-VALUE}).")
  private String secret = "vectorkeeper_token";

  @Option(
      names = "--name",
      paramLabel = "JOB",
      description = "The job's name (default: vectorkeeper-SOURCE).")
  private @Nullable String name;

  PgCronJob job(String source) {
    return new PgCronJob(
        new QueueCall(source, url, limit, secret),
        cron,
        name == null ? "vectorkeeper-" + source : name,
        with);
  }
}
