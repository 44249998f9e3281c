package dev.vectorkeeper.examples.questions;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waiting for something that takes as long as the machine needs. */
final class Waiting {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private Waiting() {}

  /**
   * Waits until something holds.
   *
   * @param what what is waited for, in the error where it never comes
   */
  static void until(String what, Callable<Boolean> holds) {
    Awaitility.await(what).atMost(PATIENCE).until(holds);
  }
}
