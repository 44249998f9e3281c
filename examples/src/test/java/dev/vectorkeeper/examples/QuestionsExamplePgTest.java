package dev.vectorkeeper.examples;

import dev.vectorkeeper.examples.questions.QuestionsExample;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(
    named = "vectorkeeper.size",
    matches = "full",
    disabledReason = "It takes two minutes and a half at small size.")
class QuestionsExamplePgTest extends ExamplePgTest {
  QuestionsExamplePgTest() {
    super(new QuestionsExample());
  }
}
