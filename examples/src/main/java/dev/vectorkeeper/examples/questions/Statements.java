package dev.vectorkeeper.examples.questions;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The application's statements: how many, how long each took, which failed. */
final class Statements {
  /** Something that the application asks of the database. */
  @FunctionalInterface
  interface Statement<T> {
    T run() throws SQLException;
  }

  /** What one of them took at which moment. */
  private record Taken(String moment, String kind, double millis) {}

  private final Queue<Taken> taken = new ConcurrentLinkedQueue<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile String moment = "before";

  /** Statements from now on belong to this moment. */
  void enter(String next) {
    moment = next;
  }

  /** Runs one and notes what it took; a failure is noted, too, and thrown. */
  <T> T run(String kind, Statement<T> statement) throws SQLException {
    String at = moment;
    long start = System.nanoTime();
    try {
      T result = statement.run();
      taken.add(new Taken(at, kind, (System.nanoTime() - start) / 1e6));
      return result;
    } catch (SQLException e) {
      failures.add(at + ": " + kind + ": " + e.getMessage());
      throw e;
    }
  }

  /** What failed. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  long count(String kind) {
    return taken.stream().filter(one -> one.kind().equals(kind)).count();
  }

  /** How long the longest took, in milliseconds. */
  double longest() {
    return taken.stream().mapToDouble(Taken::millis).max().orElse(0);
  }

  /** The same of each moment. */
  Map<String, Double> longestByMoment() {
    Map<String, Double> longest = new LinkedHashMap<>();
    taken.forEach(one -> longest.merge(one.moment(), one.millis(), Math::max));
    return longest;
  }

  /** The time that 95 of 100 of a kind took at most. */
  double p95(String kind) {
    List<Double> times =
        new ArrayList<>(
            taken.stream().filter(one -> one.kind().equals(kind)).map(Taken::millis).toList());
    times.sort(null);
    return times.isEmpty() ? 0 : times.get((int) Math.ceil(0.95 * times.size()) - 1);
  }
}
