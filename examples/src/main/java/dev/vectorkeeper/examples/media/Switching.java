package dev.vectorkeeper.examples.media;

import dev.vectorkeeper.examples.Ran;
import dev.vectorkeeper.examples.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Which profile is active, by the command line and by plain SQL (M7, M11). */
final class Switching {
  private static final String BY_FUNCTION =
      "select * from public.set_active_embedding_profile('openai', 'text-embedding-3-small', 1024, '')";
  private static final String BY_UPDATE =
      "update public.embedding_settings set provider = '%s', model = '%s', dimensions = 1024, task = '%s' where id = 1";
  private static final String TO_OPENAI =
      BY_UPDATE.formatted("openai", "text-embedding-3-small", "");
  private static final String TO_JINA =
      BY_UPDATE.formatted("jina", "jina-embeddings-v3", "retrieval.passage");

  private final Stage stage;
  private boolean refusedInSql;
  private boolean guarded;
  private String told = "";

  Switching(Stage stage) {
    this.stage = stage;
  }

  private String active() {
    return stage.column("select profile from public.active_embedding_profile").get(0);
  }

  private String changed() {
    return stage
        .column("select updated_at::text from public.embedding_settings where id = 1")
        .get(0);
  }

  private String refusal(String statement) throws SQLException {
    try (Connection session = stage.session();
        Statement asking = session.createStatement()) {
      asking.execute(statement);
      return "";
    } catch (SQLException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** OpenAI lacks some of the items. */
  void beforeAllIsThere() throws SQLException {
    Ran refused = stage.vectorkeeper("switch", "media_items", "--to", "openai");
    refusedInSql = refusal(BY_FUNCTION).contains("VK-T02") && refusal(TO_OPENAI).contains("VK-T02");
    boolean stayed = active().equals("jina");
    Ran enough =
        stage.vectorkeeper("switch", "media_items", "--to", "openai", "--min-coverage", "10");
    boolean lower = active().equals("openai");
    stage.ok("switch", "media_items", "--back");
    boolean back = active().equals("jina");
    Ran forced = stage.vectorkeeper("switch", "media_items", "--to", "openai", "--force");
    boolean byForce = active().equals("openai");
    stage.ok("switch", "media_items", "--back");
    guarded =
        refused.status() != 0
            && refused.err().contains("VK-T02")
            && stayed
            && enough.status() == 0
            && lower
            && back
            && forced.status() == 0
            && byForce
            && active().equals("jina");
    told =
        "refused at %s with %d, made above 10 %% and by force, undone both times"
            .formatted(
                stage
                    .column(
                        "select trunc(100.0 * embedded / eligible, 1) || ' %' from vectorkeeper.switch_journal order by switch_id desc limit 1 offset 1")
                    .get(0),
                refused.status());
  }

  void whenAllIsThere() throws SQLException {
    String first = changed();
    List<String> switched =
        stage.column("select switched_source || ' to ' || to_profile from (" + BY_FUNCTION + ") s");
    boolean byFunction = active().equals("openai");
    String second = changed();
    stage.sql(TO_JINA);
    boolean byUpdate = active().equals("jina");
    String third = changed();
    stage.sql("update public.embedding_settings set profile = 'openai' where id = 1");
    boolean byName = active().equals("openai");
    stage.ok("switch", "media_items", "--back");
    stage.check(
        "M7",
        refusedInSql
            && byFunction
            && byUpdate
            && byName
            && first.compareTo(second) < 0
            && second.compareTo(third) < 0
            && active().equals("jina"),
        "below the coverage both refused; the function switched %s, two updates of row 1 back and forth; updated_at moved each time (%s)"
            .formatted(switched, third));
  }

  void underLoad(Load load) {
    stage.check("M11", guarded && load.isUnharmed(), told + "; " + load.told());
  }
}
