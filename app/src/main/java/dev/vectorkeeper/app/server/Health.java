package dev.vectorkeeper.app.server;

import dev.vectorkeeper.app.Version;

/**
 * Whether the process can be used.
 *
 * @param status alive or ready
 * @param version of the program
 */
record Health(String status, String version) {
  static Health of(String status) {
    return new Health(status, Version.current());
  }
}
