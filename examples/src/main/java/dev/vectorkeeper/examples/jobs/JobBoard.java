package dev.vectorkeeper.examples.jobs;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.PGConnection;

/** The job board's application: it writes jobs and knows nothing of embeddings. */
final class JobBoard {
  /** WordNet's file of persons: what people do and are. */
  private static final Set<Integer> PERSONS = Set.of(18);

  private static final int ALL = 20_000;

  private static final String INSERT =
      """
      insert into jobs (reference, title, description)
      select * from unnest(?, ?, ?) j(reference, title, description)
      """;

  private static final String UPSERT =
      INSERT
          + """
            on conflict (reference) do update set title = excluded.title, description = excluded.description
            """;

  private static final String SAME =
      """
      select count(*) from unnest(?, ?) v(reference, vector) join jobs j using (reference)
      where j.embedding <=> v.vector::vector < 1e-5
      """;

  private final Stage stage;
  private final List<Entry> texts;
  private int used;

  JobBoard(Stage stage) {
    this.stage = stage;
    this.texts = stage.texts().first(ALL, PERSONS);
  }

  /** So many jobs that were not posted yet. */
  List<Entry> next(int count) {
    List<Entry> next = texts.subList(used, used + count);
    used += count;
    return next;
  }

  /** What is embedded of a job. */
  static String text(Entry job) {
    return job.word() + ": " + job.gloss();
  }

  void insert(List<Entry> jobs) throws SQLException {
    write(INSERT, jobs);
  }

  void upsert(List<Entry> jobs) throws SQLException {
    write(UPSERT, jobs);
  }

  private void write(String statement, List<Entry> jobs) throws SQLException {
    try (Connection session = stage.session();
        PreparedStatement write = session.prepareStatement(statement)) {
      write.setArray(1, session.createArrayOf("text", references(jobs).toArray()));
      write.setArray(2, session.createArrayOf("text", jobs.stream().map(Entry::word).toArray()));
      write.setArray(3, session.createArrayOf("text", jobs.stream().map(Entry::gloss).toArray()));
      write.executeUpdate();
    }
  }

  void copy(List<Entry> jobs, boolean active) throws SQLException, IOException {
    String lines =
        jobs.stream()
            .map(
                job ->
                    Stream.of("" + job.id(), job.word(), job.gloss(), "" + active)
                        .map(field -> '"' + field.replace("\"", "\"\"") + '"')
                        .collect(Collectors.joining(",")))
            .collect(Collectors.joining("\n"));
    try (Connection session = stage.session()) {
      session
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "copy jobs (reference, title, description, is_active) from stdin with (format csv)",
              new StringReader(lines));
    }
  }

  static List<String> references(List<Entry> jobs) {
    return jobs.stream().map(job -> "" + job.id()).toList();
  }

  /** References of the jobs that wait, once for each row of the queue. */
  List<String> waiting() {
    return stage.column(
        "select j.reference from embedding_queue q join jobs j on j.id = q.job_id where q.processed_at is null");
  }

  /** How many rows of the queue are in a state. */
  long queued(String state) {
    return stage.number("select count(*) from embedding_queue where state = '" + state + "'");
  }

  /** How many of these jobs have these vectors. */
  long withVectors(List<Entry> jobs, List<float[]> vectors) throws SQLException {
    try (Connection session = stage.session();
        PreparedStatement find = session.prepareStatement(SAME)) {
      find.setArray(1, session.createArrayOf("text", references(jobs).toArray()));
      find.setArray(
          2, session.createArrayOf("text", vectors.stream().map(Arrays::toString).toArray()));
      try (ResultSet found = find.executeQuery()) {
        found.next();
        return found.getLong(1);
      }
    }
  }

  /** Active jobs without a vector, and inactive ones with one. */
  long wrong() {
    return stage.number("select count(*) from jobs where is_active = (embedding is null)");
  }
}
