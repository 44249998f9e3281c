package dev.vectorkeeper.examples;

import dev.vectorkeeper.examples.media.MediaExample;

/** Two providers side by side. */
class MediaExamplePgTest extends ExamplePgTest {
  MediaExamplePgTest() {
    super(new MediaExample());
  }
}
