package dev.vectorkeeper.examples;

import dev.vectorkeeper.examples.jobs.JobsExample;

class JobsExamplePgTest extends ExamplePgTest {
  JobsExamplePgTest() {
    super(new JobsExample());
  }
}
