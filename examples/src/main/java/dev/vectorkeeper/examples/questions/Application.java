package dev.vectorkeeper.examples.questions;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The team's application. At first it makes the vectors of what is uploaded and edited itself, with
 * the old model; from its next version on it leaves them to Vectorkeeper.
 */
final class Application {
  /** The similarity from which on a question counts as asked before, under the old model. */
  static final double THRESHOLD = 0.7;

  private final Provider provider;
  private final Statements statements;
  private final Map<String, float[]> queries = new ConcurrentHashMap<>();
  private final AtomicLong ownVectors = new AtomicLong();
  private volatile boolean makesVectors = true;
  private volatile boolean asksOld = true;
  private volatile OptionalDouble newThreshold = OptionalDouble.empty();

  Application(Provider provider, Statements statements) {
    this.provider = provider;
    this.statements = statements;
  }

  /** The next version makes no vectors. */
  void leaveVectors() {
    makesVectors = false;
  }

  /** From now on it also asks with the new model's vectors, by a threshold of that model's. */
  void askNew(double threshold) {
    newThreshold = OptionalDouble.of(threshold);
  }

  /** It no longer asks with the old model's vectors. */
  void forgetOld() {
    asksOld = false;
  }

  /** How many vectors it wrote itself. */
  long ownVectors() {
    return ownVectors.get();
  }

  /** The vector of a text that it makes, or searches with; those of searches it keeps. */
  float[] vector(Model model, String text) {
    return provider.vector(model, text);
  }

  private float[] query(Model model, String text) {
    return queries.computeIfAbsent(model.name() + " " + text, key -> vector(model, text));
  }

  void upload(Connection session, Question question) throws SQLException {
    boolean own = makesVectors;
    try (PreparedStatement insert =
            session.prepareStatement(
                own
                    ? "insert into questions (id, subject, title, body, embedding) values (?, ?, ?, ?, cast(? as vector))"
                    : "insert into questions (id, subject, title, body) values (?, ?, ?, ?)");
        PreparedStatement solution =
            session.prepareStatement(
                "insert into solutions (question_id, solution) values (?, ?)")) {
      insert.setLong(1, question.id());
      insert.setString(2, question.subject());
      insert.setString(3, question.title());
      insert.setString(4, question.body());
      if (own) {
        insert.setString(5, Arrays.toString(vector(Model.OLD, question.text())));
        ownVectors.incrementAndGet();
      }
      statements.run("upload", insert::executeUpdate);
      solution.setLong(1, question.id());
      solution.setString(2, question.solution());
      statements.run("upload", solution::executeUpdate);
    }
  }

  void edit(Connection session, Question question) throws SQLException {
    boolean own = makesVectors;
    try (PreparedStatement update =
        session.prepareStatement(
            own
                ? "update questions set body = ?, embedding = cast(? as vector) where id = ?"
                : "update questions set body = ? where id = ?")) {
      update.setString(1, question.body());
      if (own) {
        update.setString(2, Arrays.toString(vector(Model.OLD, question.text())));
        ownVectors.incrementAndGet();
      }
      update.setLong(own ? 3 : 2, question.id());
      statements.run("edit", update::executeUpdate);
    }
  }

  void remove(Connection session, long id) throws SQLException {
    try (PreparedStatement update =
        session.prepareStatement("update questions set deleted_at = now() where id = ?")) {
      update.setLong(1, id);
      statements.run("remove", update::executeUpdate);
    }
  }

  /** The questions that count as asked before, for each model that it asks with at the moment. */
  List<List<Long>> askedBefore(Connection session, String text) throws SQLException {
    List<List<Long>> found = new ArrayList<>();
    if (asksOld) {
      found.add(match(session, query(Model.OLD, text), THRESHOLD));
    }
    OptionalDouble threshold = newThreshold;
    if (threshold.isPresent()) {
      found.add(match(session, query(Model.NEW, text), threshold.getAsDouble()));
    }
    return found;
  }

  private List<Long> match(Connection session, float[] vector, double threshold)
      throws SQLException {
    try (PreparedStatement match =
        session.prepareStatement(
            "select id from match_questions_with_solutions(cast(? as vector), ?, 5)")) {
      match.setString(1, Arrays.toString(vector));
      match.setDouble(2, threshold);
      return statements.run(
          "search",
          () -> {
            List<Long> ids = new ArrayList<>();
            try (ResultSet row = match.executeQuery()) {
              while (row.next()) {
                ids.add(row.getLong(1));
              }
            }
            return ids;
          });
    }
  }
}
