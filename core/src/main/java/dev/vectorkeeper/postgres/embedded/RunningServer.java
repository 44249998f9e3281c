package dev.vectorkeeper.postgres.embedded;

/** A server that takes connections on the loopback address. */
record RunningServer(int port, ServerPassword password) {

  static final String ADDRESS = "127.0.0.1";
  static final String USER = "postgres";

  String jdbcUrl(String databaseName) {
    return "jdbc:postgresql://" + ADDRESS + ":" + port + "/" + databaseName;
  }
}
