package dev.vectorkeeper.examples;

import java.util.List;

/** One of the five systems. */
public interface Example {
  /** Its name, which is that of its directory. */
  String name();

  /** What it has to do, in the order of the numbers. */
  List<Criterion> criteria();

  /** Goes from an empty database to every criterion, each of which gets a verdict on the stage. */
  void run(Stage stage) throws Exception;
}
