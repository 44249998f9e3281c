package dev.vectorkeeper.examples.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.util.Locale;

/** The vector index and what is said where its lists are too many. */
final class Lists {
  /** From so many rows on 100 lists are none too many. */
  private static final int ENOUGH = 10_000;

  private static final String INDEX =
      """
      select pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = 'public.event_embeddings'::regclass and i.indisvalid and pg_get_indexdef(i.indexrelid) like '%ivfflat%'
      """;

  private final Stage stage;
  private String warning = "";

  Lists(Stage stage) {
    this.stage = stage;
  }

  /** What was planned while there were few rows. */
  void warnedOfFew(JsonNode planned, int rows) {
    for (JsonNode note : planned.get("notes")) {
      if (note.asText().startsWith("100 lists are many for the %d rows".formatted(rows))) {
        warning = note.asText();
      }
    }
  }

  void check(JsonNode verification) throws IOException {
    String index = String.join("; ", stage.column(INDEX));
    long rows = stage.number("select count(*) from event_embeddings");
    boolean few = false;
    for (JsonNode found : stage.json("doctor")) {
      few |= found.get("code").asText().equals("VK-W15");
    }
    double unused = value(verification, "index-unused");
    double recall = value(verification, "recall");
    stage.check(
        "E3",
        index.contains("USING ivfflat (embedding vector_cosine_ops) WITH (lists='100')")
            && unused == 0
            && !warning.isEmpty()
            && few == rows < ENOUGH,
        String.format(
            Locale.ROOT,
            "valid and used, recall %.3f; warned at 100 rows by apply, at %,d rows %s by doctor",
            recall,
            rows,
            few ? "warned" : "not warned"));
  }

  private static double value(JsonNode verification, String name) {
    for (JsonNode check : verification.get("checks")) {
      if (check.get("name").asText().equals(name)) {
        return check.get("value").asDouble();
      }
    }
    throw new IllegalStateException("the verification has no " + name);
  }
}
