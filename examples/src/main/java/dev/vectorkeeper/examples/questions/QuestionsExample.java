package dev.vectorkeeper.examples.questions;

import dev.vectorkeeper.examples.Criterion;
import dev.vectorkeeper.examples.Example;
import dev.vectorkeeper.examples.Stage;
import java.util.List;

/** The model of a live column is changed, back and again, while the application is in use. */
public final class QuestionsExample implements Example {
  @Override
  public String name() {
    return "questions";
  }

  @Override
  public List<Criterion> criteria() {
    return List.of(
        new Criterion(
            "Q1", "embedding goes from vector(768) to vector(1536); deleted rows are out"),
        new Criterion("Q2", "pre-flight, numbered steps, a summary with what comes next"),
        new Criterion("Q3", "index and match_questions_with_solutions follow and always work"),
        new Criterion(
            "Q4", "progress elsewhere, resumed after a kill, failed rows tried again, two files"),
        new Criterion(
            "Q5", "verified: dimensions, index, function, sensible searches, p95 below 500 ms"),
        new Criterion(
            "Q6",
            "planted duplicates are found before, during and after, by the translated threshold"),
        new Criterion(
            "Q7", "uploads and edits at every moment; the application's own vectors are noticed"),
        new Criterion("Q8", "rollback without a restore and without embedding again"),
        new Criterion("Q9", "no maintenance window: no statement of the application fails"),
        new Criterion("Q10", "tokens, price and bytes, estimated before and used after"));
  }

  @Override
  public void run(Stage stage) throws Exception {
    try (Day day = new Day(stage)) {
      day.takeOver();
      day.fill();
      day.cutOver();
      day.verify();
      day.rollBack();
      day.end();
    }
  }
}
