package dev.vectorkeeper.examples.events;

import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.testing.TestRole;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** One site's reader: a role without any privilege but to read events, under their policy. */
final class Site implements AutoCloseable {
  private static final String NORTH = "set app.tenant = 'north'";

  private static final String FLAGS =
      "select count(*) from pg_class where oid in ('iot_events'::regclass, 'event_embeddings'::regclass) and relrowsecurity";

  private static final String POLICY =
      "select count(*) from pg_policies where tablename = 'iot_events' and policyname = 'own_site' and qual like '%app.tenant%'";

  private final Stage stage;
  private final TestRole role;

  private Site(Stage stage, TestRole role) {
    this.stage = stage;
    this.role = role;
  }

  static Site open(Stage stage) {
    TestRole role = TestRole.create(stage.database(), "");
    stage.sql("grant select on iot_events to " + role.name());
    return new Site(stage, role);
  }

  void check() throws SQLException {
    long all = stage.number("select count(*) from iot_events");
    long own = stage.number("select count(*) from iot_events where tenant = 'north'");
    String hidden =
        stage
            .column(
                "select embedding from event_embeddings join iot_events on id = event_id where tenant = 'south' limit 1")
            .get(0);
    String search = "from match_events('" + hidden + "', match_count => 50)";
    String foreign = "select count(*) %s where event_id not in (select id from iot_events)";
    try (Connection session = role.session()) {
      boolean nobody = of(session, "select count(*) from events_embeddings_active") == 0;
      long events = number(session, "select count(*) from iot_events");
      long table = number(session, "select count(*) from event_embeddings");
      long view = number(session, "select count(*) from events_embeddings_active");
      long every = number(session, "select count(*) from events_embeddings");
      long found = number(session, "select count(*) " + search);
      long leaked = number(session, foreign.formatted(search));
      long seen =
          stage.number(
              "select count(*) %s join iot_events on id = event_id where tenant = 'south'"
                  .formatted(search));
      stage.check(
          "E2",
          nobody
              && own > 0
              && own < all
              && events == own
              && table == own
              && view == own
              && every == own
              && found == 50
              && leaked == 0
              && seen > 0
              && stage.number(FLAGS) == 2
              && stage.number(POLICY) == 1,
          "on for both tables, policy as it was; of %,d events a site's reader sees %,d, as vectors %,d, in the views %,d and %,d; a search by a hidden vector finds %d of its own and %d others (the owner: %d)"
              .formatted(all, events, table, view, every, found - leaked, leaked, seen));
    }
  }

  private static long of(Connection session, String query) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static long number(Connection session, String query) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(NORTH);
    }
    return of(session, query);
  }

  @Override
  public void close() {
    stage.sql("drop owned by " + role.name());
    role.close();
  }
}
