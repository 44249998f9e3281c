package dev.vectorkeeper.app.command;

import java.io.Console;
import java.lang.reflect.Method;

/** Whether somebody is looking. */
final class Terminals {
  private Terminals() {}

  /** Whether both input and output are a terminal. */
  static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    // Console.isTerminal came with Java 22; before, a console is there only on a terminal.
    try {
      Method isTerminal = Console.class.getMethod("isTerminal");
      return (Boolean) isTerminal.invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
