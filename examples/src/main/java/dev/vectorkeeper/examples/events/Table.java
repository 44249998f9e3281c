package dev.vectorkeeper.examples.events;

import dev.vectorkeeper.examples.Stage;
import java.util.ArrayList;
import java.util.List;

/** The table of vectors as the team's own statement made it, part by part in the catalog. */
final class Table {
  private static final String COLUMNS =
      """
      select format('%s %s%s', attname, format_type(atttypid, atttypmod), case when attnotnull then ' not null' end)
      from pg_attribute where attrelid = 'public.event_embeddings'::regclass and attnum > 0 and not attisdropped
      """;

  private static final String CONSTRAINTS =
      "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'public.event_embeddings'::regclass";

  private final Stage stage;

  Table(Stage stage) {
    this.stage = stage;
  }

  void check() {
    List<String> columns = stage.column(COLUMNS);
    List<String> constraints = stage.column(CONSTRAINTS);
    List<String> wanted =
        new ArrayList<>(
            List.of(
                "event_id bigint not null",
                "embedding vector(384) not null",
                "created_at timestamp with time zone not null",
                "PRIMARY KEY (event_id)",
                "FOREIGN KEY (event_id) REFERENCES iot_events(id) ON DELETE CASCADE"));
    wanted.removeAll(columns);
    wanted.removeAll(constraints);
    stage.check(
        "E1",
        wanted.isEmpty(),
        wanted.isEmpty()
            ? String.join(", ", columns.subList(0, 2)) + "; " + String.join("; ", constraints)
            : "there is no " + String.join(", no ", wanted) + " in " + columns + constraints);
  }
}
