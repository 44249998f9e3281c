package dev.vectorkeeper.examples.questions;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The team's table as it has grown: most questions have a vector, some have none, some are deleted.
 */
final class Table {
  private static final int WITHOUT_EVERY = 40;
  private static final int DELETED_EVERY = 50;
  private static final int AT_ONCE = 200;

  private final Stage stage;
  private final List<Question> questions = new ArrayList<>();

  Table(Stage stage, List<Entry> entries) {
    this.stage = stage;
    Duplicate.PLANTED.forEach(duplicate -> questions.add(duplicate.original()));
    entries.forEach(entry -> questions.add(Question.of(entry)));
  }

  /** As the team's own import did it: the index is made when the rows are there. */
  void fill() throws IOException, SQLException {
    stage.script("schema.sql");
    String index =
        stage.column("select pg_get_indexdef('idx_questions_embedding'::regclass)").get(0);
    stage.sql("drop index idx_questions_embedding");
    try (Connection session = stage.session();
        PreparedStatement insert =
            session.prepareStatement(
                """
                with q as (
                  insert into questions (id, subject, title, body, deleted_at, embedding)
                  values (?, ?, ?, ?, case when ? then now() - interval '90 days' end, cast(? as vector)) returning id)
                insert into solutions (question_id, solution) select id, ? from q
                """)) {
      session.setAutoCommit(false);
      for (int from = 0; from < questions.size(); from += AT_ONCE) {
        insert(insert, from, questions.subList(from, Math.min(from + AT_ONCE, questions.size())));
        session.commit();
      }
    }
    stage.sql(index, "analyze questions, solutions");
  }

  private void insert(PreparedStatement insert, int from, List<Question> some) throws SQLException {
    List<float[]> vectors =
        stage
            .vectors()
            .of(
                Model.OLD.name(),
                some.stream().map(Question::text).toList(),
                Model.OLD.dimensions());
    for (int i = 0; i < some.size(); i++) {
      Question question = some.get(i);
      boolean without = (from + i) % WITHOUT_EVERY == WITHOUT_EVERY - 1;
      @Nullable String vector = without ? null : Arrays.toString(vectors.get(i));
      insert.setLong(1, question.id());
      insert.setString(2, question.subject());
      insert.setString(3, question.title());
      insert.setString(4, question.body());
      insert.setBoolean(5, (from + i) % DELETED_EVERY == DELETED_EVERY - 1);
      insert.setString(6, vector);
      insert.setString(7, question.solution());
      insert.addBatch();
    }
    insert.executeBatch();
  }

  /** One question in ten, from a place on: for those that edit them. */
  List<Question> tenth(int first) {
    return IntStream.iterate(10 + first, i -> i < questions.size(), i -> i + 10)
        .mapToObj(questions::get)
        .toList();
  }

  /** The texts of the questions between two places, in the order of their keys. */
  Set<String> texts(int from, int to) {
    return questions.stream()
        .sorted(Comparator.comparing(Question::id))
        .skip(from)
        .limit(to - from)
        .map(Question::text)
        .collect(Collectors.toSet());
  }

  int size() {
    return questions.size();
  }

  /** The vectors that the old model made, each as a digest by its row's key. */
  Map<String, String> oldVectors() {
    String column =
        Moments.columns(stage).stream()
            .filter(name -> Moments.dimensions(stage, name) == Model.OLD.dimensions())
            .findFirst()
            .orElseThrow();
    return stage
        .column(
            "select id || ' ' || md5("
                + column
                + "::text) from questions where "
                + column
                + " is not null")
        .stream()
        .map(line -> line.split(" "))
        .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
  }
}
