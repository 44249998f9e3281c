package dev.vectorkeeper.examples.media;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Both providers' vectors of all items, told apart by name alone (M1, M8, M9). */
final class SideBySide {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FOUND = 10;

  /** Stored vectors asked for in a collection, and how often they find their own item. */
  private static final String OWN =
      """
      select count(*) from (
        select media_item_id, embedding from media_embeddings where profile = '%s' order by media_item_id limit %d) q
      cross join lateral match_media(q.embedding, match_count => 1, collection => '%s') m
      where m.media_item_id = q.media_item_id or m.similarity > 0.9999
      """;

  private final Stage stage;
  private final Catalogue catalogue;
  private final Calls calls;

  SideBySide(Stage stage, Catalogue catalogue, Calls calls) {
    this.stage = stage;
    this.catalogue = catalogue;
    this.calls = calls;
  }

  void run() throws Exception {
    nobodyTellsByLength();
    indexes();
    bothAndNoneTwice();
  }

  private void nobodyTellsByLength() throws Exception {
    String token = stage.json("token", "create", "app", "--scope", "search").get("token").asText();
    long lengths =
        stage.number("select count(distinct vector_dims(embedding)) from media_embeddings");
    String unnamed =
        refusal("select * from match_media((select embedding from media_embeddings limit 1))");
    int count = stage.rows(20, 60);
    long jina = stage.number(OWN.formatted("jina", count, "jina"));
    long openai = stage.number(OWN.formatted("openai", count, "openai"));
    long crossed = stage.number(OWN.formatted("jina", count, "openai"));
    List<Entry> asked = catalogue.sample(count);
    double ofJina = related(asked, "jina", token);
    double ofOpenai = related(asked, "openai", token);
    double atRandom = atRandom(asked);
    stage.check(
        "M1",
        lengths == 1
            && unnamed.contains("VK-Q04")
            && jina == count
            && openai == count
            && crossed < count / 4
            && Math.min(ofJina, ofOpenai) > 3 * atRandom,
        String.format(
            Locale.ROOT,
            "%s, all of %s; unnamed %s; own item found %d and %d of %d, across %d; related in the first ten %.0f %% and %.0f %%, at random %.0f %%",
            String.join(
                " and ",
                stage.column(
                    "select profile || ' ' || count(*) from media_embeddings group by profile order by profile")),
            stage
                .column("select distinct vector_dims(embedding)::text from media_embeddings")
                .get(0),
            unnamed.contains("VK-Q04") ? "refused (VK-Q04)" : "answered",
            jina,
            openai,
            count,
            crossed,
            100 * ofJina,
            100 * ofOpenai,
            100 * atRandom));
  }

  /** What the database says to a statement. */
  private String refusal(String statement) throws SQLException {
    try (Connection session = stage.session();
        Statement asking = session.createStatement()) {
      asking.execute(statement);
      return "";
    } catch (SQLException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The share of what titles find that WordNet calls related to them. */
  private double related(List<Entry> asked, String profile, String token) throws Exception {
    ObjectNode body = JSON.createObjectNode().put("profile", profile);
    asked.forEach(entry -> body.withArray("texts").add(entry.word() + ": " + entry.gloss()));
    JsonNode vectors = calls.ask("/v1/sources/media_items/embed", body, token).get("vectors");
    int related = 0;
    int found = 0;
    for (int i = 0; i < asked.size(); i++) {
      for (Entry entry : nearest(vectors.get(i).toString(), profile)) {
        if (entry.id() != asked.get(i).id()) {
          found++;
          related += stage.texts().related(asked.get(i), entry) ? 1 : 0;
        }
      }
    }
    return (double) related / found;
  }

  private List<Entry> nearest(String vector, String profile) {
    return stage
        .column(
            "select media_item_id::text from match_media('%s', match_count => %d, collection => '%s')"
                .formatted(vector, FOUND + 1, profile))
        .stream()
        .map(id -> stage.texts().entry(Long.parseLong(id)))
        .toList();
  }

  private double atRandom(List<Entry> asked) {
    List<Entry> any = catalogue.any(asked.size() * FOUND, 5);
    int related = 0;
    for (int i = 0; i < any.size(); i++) {
      related += stage.texts().related(asked.get(i / FOUND), any.get(i)) ? 1 : 0;
    }
    return (double) related / any.size();
  }

  private void indexes() throws SQLException {
    String user = "(select min(user_id) from media_events)";
    String session = "(select min(session_id) from media_events)";
    List<String> used = new ArrayList<>();
    used.add(
        indexOf(
            "select media_item_id from media_embeddings_active order by embedding <=> (select embedding from media_user_vectors_active where user_id = "
                + user
                + ") limit 10",
            "Order By"));
    used.add(
        indexOf(
            "select embedding from media_embeddings_active where media_item_id = (select min(media_item_id) from media_events)",
            "Index Cond"));
    used.add(
        indexOf(
            "select embedding from media_user_vectors_active where user_id = " + user,
            "Index Cond"));
    used.add(
        indexOf(
            "select embedding from media_session_vectors_active where session_id = " + session,
            "Index Cond"));
    stage.check(
        "M8",
        used.stream().noneMatch(String::isEmpty),
        "nearest items by %s, an item by %s, a user by %s, a session by %s"
            .formatted(used.toArray()));
  }

  /**
   * The index by which a query reads the active collection; nothing where it reads it whole. The
   * few rows of a small run are read whole unless that is forbidden.
   *
   * @param thenSays what the plan says that the index is used for
   */
  private String indexOf(String query, String thenSays) throws SQLException {
    try (Connection session = stage.session();
        Statement statement = session.createStatement()) {
      if (!stage.full()) {
        statement.execute("set enable_seqscan = off");
        statement.execute("set enable_sort = off");
      }
      StringBuilder plan = new StringBuilder();
      try (ResultSet rows = statement.executeQuery("explain (costs off) " + query)) {
        while (rows.next()) {
          plan.append(rows.getString(1)).append('\n');
        }
      }
      stage.say("explain " + query + "\n" + plan.toString().indent(2));
      return Pattern.compile("Index Scan using (\\S*jina\\S*) on \\S+ \\S+\\s+" + thenSays)
          .matcher(plan)
          .results()
          .findFirst()
          .map(match -> match.group(1))
          .orElse("");
    }
  }

  private void bothAndNoneTwice() {
    List<String> spaces =
        stage.column(
            "select distinct provider || ' ' || model || ' ' || dimensions || coalesce(' ' || nullif(task, ''), '') from media_embeddings order by 1");
    long naive =
        stage.number(
            "select count(*) from media_items i join media_embeddings e on e.media_item_id = i.id");
    long active =
        stage.number(
            "select count(*) from media_items i join media_embeddings_active e on e.media_item_id = i.id");
    long twice =
        stage.number(
            "select count(*) from (select from media_embeddings_active group by media_item_id having count(*) > 1) t");
    long twiceUsers =
        stage.number(
            "select count(*) from (select from media_user_vectors_active group by user_id having count(*) > 1) t");
    stage.check(
        "M9",
        spaces.size() == 2
            && naive == 2L * catalogue.size()
            && active == catalogue.size()
            && twice + twiceUsers == 0,
        "%s; joined with the items %d rows, through the active view %d, none twice"
            .formatted(String.join(" and ", spaces), naive, active));
  }
}
