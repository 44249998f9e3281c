package dev.vectorkeeper.examples.questions;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Ran;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The day on which the model is changed, step by step, with the application in use throughout. */
final class Day implements AutoCloseable {
  private static final Pattern NOTICED = Pattern.compile("wrote the vectors of ([\\d,]+) rows");
  private static final int ROUNDS = 4;

  private final Stage stage;
  private final Statements statements = new Statements();
  private final Provider provider;
  private final Application application;
  private final Table table;
  private final Users users;
  private final Moments moments;
  private final Preflight preflight;
  private final Outcome outcome;
  private final Iterator<Question> edited;
  private long noticed;

  Day(Stage stage) {
    this.stage = stage;
    int rows = stage.rows(1_200, 10_300);
    List<Entry> all = stage.texts().first(rows + 30_000);
    this.provider = new Provider(stage);
    this.application = new Application(provider, statements);
    this.table = new Table(stage, all.subList(0, rows));
    this.users =
        new Users(
            stage,
            application,
            table.tenth(0),
            all.stream().skip(rows).map(Question::of).iterator());
    this.moments = new Moments(stage, application, statements);
    this.preflight = new Preflight(stage);
    this.outcome = new Outcome(stage, all.subList(0, rows));
    this.edited = table.tenth(5).iterator();
  }

  /** The table as it is, with the old model's vectors taken over and nothing embedded. */
  void takeOver() throws IOException, SQLException {
    table.fill();
    stage.ok("apply", "--yes");
    stage.ok("adopt", "questions");
    preflight.look();
    outcome.before();
  }

  /** Fills the second column while the application is in use. */
  void fill() throws IOException, SQLException {
    Service service = stage.serve();
    users.start();
    moment("before");
    Filling filling =
        new Filling(stage, provider, moments, table, Set.copyOf(table.tenth(3).subList(2, 5)));
    filling.beginAndKill(service, users.next(), edited.next());
    Moments.Pair alone = moments.write("while nothing of it runs", users.next(), edited.next());
    users.go(ROUNDS);
    stage.serve();
    moments.await(alone);
    statements.enter("until verified");
    filling.goOn();
    Ran ready = filling.retry();
    filling.judge();
    preflight.look(filling.printed(), ready);
    preflight.judge();
    application.askNew(outcome.threshold());
    outcome.cost();
    moment("verified");
  }

  private void moment(String name) throws SQLException {
    moments.at(name, users.next(), edited.next());
    users.go(ROUNDS);
  }

  /** The cutover waits for an application that still makes vectors itself. */
  void cutOver() throws SQLException {
    Ran refused = stage.vectorkeeper("migrate", "cutover", "questions");
    Matcher found = NOTICED.matcher(refused.all());
    noticed = found.find() ? Long.parseLong(found.group(1).replace(",", "")) : 0;
    application.leaveVectors();
    users.go(ROUNDS);
    statements.enter("the cutover");
    stage.ok("migrate", "cutover", "questions", "--writers-ready");
    users.go(ROUNDS);
    moment("cut over");
  }

  /** What is there after the cutover, with nobody at work so that it can be counted. */
  void verify() throws IOException, SQLException {
    users.stop();
    settle();
    outcome.column();
    outcome.verified();
  }

  /** Back to the old vectors, and forth again. */
  void rollBack() throws SQLException {
    long requests = provider.requests() + provider.counted();
    var before = table.oldVectors();
    statements.enter("the rollback");
    stage.ok("migrate", "rollback", "questions");
    long dimensions = Moments.dimensions(stage, "embedding");
    var after = table.oldVectors();
    long more = provider.requests() + provider.counted() - requests;
    stage.check(
        "Q8",
        dimensions == 768 && before.equals(after) && more == 0,
        "vector(%d) again, %,d old vectors byte for byte as before, %d requests to the provider, no restore"
            .formatted(dimensions, after.size(), more));
    users.start();
    moment("rolled back");
    statements.enter("the second cutover");
    stage.ok("migrate", "cutover", "questions", "--writers-ready");
    moment("cut over again");
  }

  /** Nothing waits any more. */
  private void settle() {
    Waiting.until(
        "nothing to wait",
        () ->
            stage.number(
                    "select (select count(*) from vectorkeeper.change_1) + (select count(*) from vectorkeeper.claim)")
                == 0);
  }

  /** The old model goes, and then its vectors. */
  void end() throws IOException, SQLException {
    application.forgetOld();
    users.go(ROUNDS);
    provider.shutOldModelDown();
    moments.without(Model.OLD);
    moment("without the old model");
    statements.enter("the end");
    stage.ok(
        "migrate",
        "retire",
        "questions",
        "--after",
        "0s",
        "--unread",
        "0s",
        "--archive",
        stage.work().resolve("text-embedding-004.csv.gz").toString());
    moment("retired");
    users.stop();
    settle();
    outcome.followed(statements);
    judge();
  }

  private void judge() throws IOException {
    stage.check(
        "Q6",
        users.found() > 0 && users.missed() == 0 && users.mistaken() == 0,
        "%,d of %,d searches from before the run to its end found what was asked before; %.2f became %.3f; %,d took what was never asked for it"
            .formatted(
                users.found(),
                users.found() + users.missed(),
                Application.THRESHOLD,
                outcome.threshold(),
                users.mistaken()));
    stage.check(
        "Q7",
        moments.count() == 9 && noticed > 0,
        "a new and an edited question had their vectors at %d of 9 moments, after %.1f s at most; %,d rows with vectors of the application's own noticed (it wrote %,d), and the cutover held up"
            .formatted(moments.count(), moments.longest(), noticed, application.ownVectors()));
    String longest =
        statements.longestByMoment().entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s %.0f", entry.getKey(), entry.getValue()))
            .collect(java.util.stream.Collectors.joining(", "));
    stage.say("  the longest statement at each moment, in ms: " + longest);
    stage.check(
        "Q9",
        statements.failures().isEmpty() && statements.count("search") > 0,
        String.format(
            Locale.ROOT,
            "%,d uploads, %,d edits, %,d searches (95 of 100 within %.0f ms), %d failed; the longest took %.2f s",
            statements.count("upload"),
            statements.count("edit"),
            statements.count("search"),
            statements.p95("search"),
            statements.failures().size(),
            statements.longest() / 1_000));
  }

  @Override
  public void close() {
    users.close();
    provider.close();
  }
}
