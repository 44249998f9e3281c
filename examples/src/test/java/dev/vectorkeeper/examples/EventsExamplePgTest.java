package dev.vectorkeeper.examples;

import dev.vectorkeeper.examples.events.EventsExample;

class EventsExamplePgTest extends ExamplePgTest {
  EventsExamplePgTest() {
    super(new EventsExample());
  }
}
