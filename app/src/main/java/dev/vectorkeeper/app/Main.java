package dev.vectorkeeper.app;

import dev.vectorkeeper.app.command.Vk;

/** The program's entry. */
public final class Main {
  private Main() {}

  /**
   * Runs one command and ends with its exit status: 0 done, 1 something failed, 2 wrong use or
   * configuration.
   */
  public static void main(String[] arguments) {
    System.exit(Vk.commandLine(System.getenv()).execute(arguments));
  }
}
