package dev.vectorkeeper.examples.media;

import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The vectors of users and sessions, made anew by plain SQL and compared (M10). */
final class TasteVectors {
  /** Above so much two vectors of length one are not the same. */
  private static final double SAME = 1e-4;

  /** What should be: for each entity and profile the weighted sum at length one. */
  private static final String WANTED =
      """
      select v.%1$s as entity, e.profile, l2_normalize(sum(
        e.embedding * array_fill((v.weight * %2$s)::real, array[1024])::vector)) as embedding
      from media_events v join media_embeddings e on e.media_item_id = v.media_item_id
      group by v.%1$s, e.profile
      """;

  private static final String FADED =
      "power(0.5, extract(epoch from (timestamptz '2027-01-01' - v.seen_at)) / (30 * 86400))";

  private static final String DIFFERENT =
      """
      select coalesce(max(case when w.entity is null or s.%1$s is null then 2
                               else w.embedding <-> s.embedding end), 0)::text
      from (%3$s) w full join %2$s s on s.%1$s = w.entity and s.profile = w.profile
      """;

  private static final String RECOMMENDED =
      """
      select e.media_item_id::text from media_embeddings_active e
      order by e.embedding <=> (select u.embedding from media_user_vectors_active u where u.user_id = %d) limit 10
      """;

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Stage stage;
  private final Catalogue catalogue;
  private double before = 2;
  private String seen = "";
  private boolean likely;

  TasteVectors(Stage stage, Catalogue catalogue) {
    this.stage = stage;
    this.catalogue = catalogue;
  }

  /** The largest distance between what is stored and what should be; 2 where one is missing. */
  private double difference() {
    String users = WANTED.formatted("user_id", FADED);
    String sessions = WANTED.formatted("session_id", "1");
    return Math.max(
        number(DIFFERENT.formatted("user_id", "media_user_vectors", users)),
        number(DIFFERENT.formatted("session_id", "media_session_vectors", sessions)));
  }

  private double number(String query) {
    return Double.parseDouble(stage.column(query).get(0));
  }

  private double settled() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(stage.rows(300, 2_000)))
        .until(() -> difference() < SAME);
    return difference();
  }

  void beforeASwitch() {
    before = settled();
    double near = recommended();
    double any = anything();
    likely = near > 2 * any;
    seen =
        String.format(
            Locale.ROOT,
            "%d users and %d sessions in each profile; of what lies nearest to a user's %.0f %% is related to what the user likes, at random %.0f %%",
            stage.number("select count(distinct user_id) from media_user_vectors"),
            stage.number("select count(distinct session_id) from media_session_vectors"),
            100 * near,
            100 * any);
  }

  private double recommended() {
    int related = 0;
    int found = 0;
    for (long user : catalogue.users().stream().limit(40).toList()) {
      for (String id : stage.column(RECOMMENDED.formatted(user))) {
        found++;
        related +=
            stage.texts().related(catalogue.likedBy(user), stage.texts().entry(Long.parseLong(id)))
                ? 1
                : 0;
      }
    }
    return (double) related / found;
  }

  private double anything() {
    List<Long> users = catalogue.users().stream().limit(40).toList();
    List<Entry> any = catalogue.any(users.size() * 10, 23);
    long related = 0;
    for (int i = 0; i < any.size(); i++) {
      related += stage.texts().related(catalogue.likedBy(users.get(i / 10)), any.get(i)) ? 1 : 0;
    }
    return (double) related / any.size();
  }

  /** After the load, in which events and items changed while the active profile did. */
  void afterSwitches() {
    double after = settled();
    long lacking =
        stage.number(
            "select count(*) from (select distinct v.user_id from media_events v join media_embeddings_active using (media_item_id)) e where not exists (select from media_user_vectors_active u where u.user_id = e.user_id)");
    stage.check(
        "M10",
        before < SAME && after < SAME && lacking == 0 && likely,
        String.format(
            Locale.ROOT,
            "%s; distance from the mean made by SQL at most %.1e, after the switches %.1e; %d users without an active one",
            seen,
            before,
            after,
            lacking));
  }
}
