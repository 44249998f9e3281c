package dev.vectorkeeper.examples.questions;

import dev.vectorkeeper.examples.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The moments of the change at which a question is uploaded and an old one is edited. */
final class Moments {
  /** How near a vector is to the one that its model makes of the row's present text. */
  private static final double SAME = 0.999;

  private final Stage stage;
  private final Application application;
  private final Statements statements;
  private final Set<Model> gone = new HashSet<>();
  private int count;
  private double longest;

  Moments(Stage stage, Application application, Statements statements) {
    this.stage = stage;
    this.application = application;
    this.statements = statements;
  }

  /** From now on nobody makes vectors of a model any more. */
  void without(Model model) {
    gone.add(model);
  }

  /** A question that was uploaded and one that was edited, when, and at which moment. */
  record Pair(String moment, Question uploaded, Question edited, long nanos) {}

  /** Uploads one and edits the other, and waits until both have all the vectors they should. */
  void at(String moment, Question uploaded, Question edited) throws SQLException {
    await(write(moment, uploaded, edited));
  }

  /** Uploads one and edits the other. */
  Pair write(String moment, Question uploaded, Question edited) throws SQLException {
    statements.enter(moment);
    Question changed = edited.withBody("Edited " + moment + ".");
    try (Connection session = stage.session()) {
      application.upload(session, uploaded);
      application.edit(session, changed);
    }
    return new Pair(moment, uploaded, changed, System.nanoTime());
  }

  /** Waits until each column has the vector that its model makes of the present text. */
  void await(Pair pair) {
    Waiting.until(pair.moment(), () -> isRight(pair.uploaded()) && isRight(pair.edited()));
    double seconds = (System.nanoTime() - pair.nanos()) / 1e9;
    count++;
    longest = Math.max(longest, seconds);
    stage.say(
        String.format(
            Locale.ROOT,
            "  %s: a new question and an edited one had their vectors in %.2f s",
            pair.moment(),
            seconds));
  }

  private boolean isRight(Question question) throws SQLException {
    List<String> columns = columns(stage);
    try (Connection session = stage.session()) {
      for (String column : columns) {
        if (!isRight(session, column, question)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isRight(Connection session, String column, Question question)
      throws SQLException {
    Model model = dimensions(stage, column) == Model.NEW.dimensions() ? Model.NEW : Model.OLD;
    if (gone.contains(model)) {
      return true;
    }
    try (PreparedStatement nearness =
        session.prepareStatement(
            "select 1 - (" + column + " <=> cast(? as vector)) from questions where id = ?")) {
      nearness.setString(1, Arrays.toString(application.vector(model, question.text())));
      nearness.setLong(2, question.id());
      try (ResultSet row = nearness.executeQuery()) {
        return row.next() && row.getDouble(1) > SAME;
      }
    }
  }

  /** The columns of vectors that the table has. */
  static List<String> columns(Stage stage) {
    return stage.column(
        """
        select attname from pg_attribute
        where attrelid = 'questions'::regclass and atttypid = 'vector'::regtype and not attisdropped order by 1
        """);
  }

  /** Components of the vectors in a column, by its type. */
  static int dimensions(Stage stage, String column) {
    return (int)
        stage.number(
            "select atttypmod from pg_attribute where attrelid = 'questions'::regclass and attname = '"
                + column
                + "'");
  }

  int count() {
    return count;
  }

  /** The longest time from the commit to the last vector, in seconds. */
  double longest() {
    return longest;
  }
}
