package dev.vectorkeeper.examples;

import dev.vectorkeeper.examples.questions.QuestionsExample;

class QuestionsExamplePgTest extends ExamplePgTest {
  QuestionsExamplePgTest() {
    super(new QuestionsExample());
  }
}
