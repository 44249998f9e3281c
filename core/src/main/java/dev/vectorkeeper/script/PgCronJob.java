package dev.vectorkeeper.script;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import java.util.regex.Pattern;

/**
 * A job of pg_cron that calls Vectorkeeper's server from inside the database. The server's token is
 * read from Supabase's Vault at each call; the job's text holds the name of the secret only.
 *
 * @param call what is called
 * @param schedule when: five fields as of cron, or {@code [1-59] seconds}
 * @param name the job's name; scheduling another of the same name replaces it
 * @param with which extension makes the call
 */
public record PgCronJob(QueueCall call, String schedule, String name, Extension with) {
  /** An extension that makes calls over HTTP. */
  public enum Extension {
    /** pg_net, which sends after the job's transaction and keeps the answer in a table. */
    PG_NET("pg_net"),
    /** http, which waits for the answer, so that the job fails when the call does. */
    HTTP("http");

    private final String id;

    Extension(String id) {
      this.id = id;
    }

    /** Its name in {@code create extension}. */
    @Override
    public String toString() {
      return id;
    }
  }

  private static final String SCRIPT =
      """
      -- Has pg_cron call the Vectorkeeper server. Run it in the database that cron.database_name names (default: postgres),
      -- as the role that the job is to run as. To run it again replaces the job of this name; this ends it:
      --   select cron.unschedule({name});
      -- The job reads the server's token from the Vault each time, and its role must be allowed to. To put it there:
      --   select vault.create_secret('the token', {secret});
      {note}
      create extension if not exists pg_cron;
      create extension if not exists {extension};

      select cron.schedule({name}, {schedule}, {command});
      """;

  private static final String HTTP_NOTE =
      "-- A call that fails fails the job, as cron.job_run_details shows. The job's transaction lasts as long as the call.";

  private static final String PG_NET_NOTE =
      "-- pg_net sends when the job has ended; what was answered is in net._http_response.";

  private static final String TOKEN =
      """
      declare
        token text := (select s.decrypted_secret from vault.decrypted_secrets s where s.name = {secret});
      begin
        if coalesce(token, '') = '' then
          raise exception 'The Vault has no secret named %.', {secret};
        end if;
      """;

  /** The path is set because nobody knows in which schema the extension was made. */
  private static final String HTTP_CALL =
      """
        perform pg_catalog.set_config('search_path', (
          select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_extension e
          join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'http'), true);
        perform http_set_curlopt('CURLOPT_TIMEOUT_MS', '{timeout}');
        declare
          answered integer := (select a.status from http((
            'POST', {uri}, array[http_header('Authorization', 'Bearer ' || token)],
            'application/json', {body})::http_request) a);
        begin
          if answered is null or answered not between 200 and 299 then
            raise exception 'Vectorkeeper answered with status %.', answered;
          end if;
        end;
      """;

  private static final String PG_NET_CALL =
      """
        perform net.http_post(
          url := {uri},
          body := {body}::jsonb,
          headers := jsonb_build_object('Content-Type', 'application/json', 'Authorization', 'Bearer ' || token),
          timeout_milliseconds := {timeout});
      """;

  private static final int TIMEOUT_MILLIS = 60_000;

  private static final Pattern FIELDS =
      Pattern.compile("[0-9A-Za-z*/,$-]+( +[0-9A-Za-z*/,$-]+){4}");

  private static final Pattern SECONDS = Pattern.compile("([1-9]|[1-5][0-9]) seconds");

  /**
   * Checks the schedule and the name.
   *
   * @throws VectorkeeperException VK-C09 for a value that cannot be
   */
  public PgCronJob {
    schedule = schedule.strip();
    if (!FIELDS.matcher(schedule).matches() && !SECONDS.matcher(schedule).matches()) {
      throw new VectorkeeperException(
          "VK-C09",
          "--cron \"%s\" is not a schedule of pg_cron. Write five fields (minute, hour, day, month, weekday) as in '*/10 * * * *', or '30 seconds' (1 to 59; pg_cron 1.5 or later)."
              .formatted(schedule));
    }
    QueueCall.requireName("--name", name);
  }

  /** What an administrator runs. */
  public String sql() {
    return SqlText.of(SCRIPT)
        .with("name", SqlName.literal(name))
        .with("secret", SqlName.literal(call.secret()))
        .with("note", with == Extension.HTTP ? HTTP_NOTE : PG_NET_NOTE)
        .with("extension", with.toString())
        .with("schedule", SqlName.literal(schedule))
        .with("command", dollarQuoted("job", "\n" + command() + "\n"))
        .sql();
  }

  private String command() {
    String token = SqlText.of(TOKEN).with("secret", SqlName.literal(call.secret())).sql();
    String request =
        SqlText.of(with == Extension.HTTP ? HTTP_CALL : PG_NET_CALL)
            .with("uri", SqlName.literal(call.uri()))
            .with("body", SqlName.literal(call.body()))
            .with("timeout", Integer.toString(TIMEOUT_MILLIS))
            .sql();
    return "do " + dollarQuoted("call", "\n" + token + request + "end ") + ";";
  }

  /** A text between dollar signs, whose tag does not occur in it. */
  private static String dollarQuoted(String tag, String text) {
    String quote = "$" + tag + "$";
    for (int i = 1; text.contains(quote); i++) {
      quote = "$" + tag + i + "$";
    }
    return quote + text + quote;
  }
}
