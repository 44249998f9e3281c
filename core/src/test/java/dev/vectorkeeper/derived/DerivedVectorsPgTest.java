package dev.vectorkeeper.derived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.activation.Activation;
import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TwoSpaces;
import dev.vectorkeeper.worker.Worker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vectors of users made from those of the media that they saw, as in the first of the systems. */
class DerivedVectorsPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int CHANGES = FULL ? 1_000 : 200;
  private static final int USERS = 12;
  private static final int ITEMS = 40;
  private static final double HALF_LIFE_DAYS = 30;

  private static final String SOURCE = "  media: {table: media, text: title, collections: [%s]}\n";
  private static final String DERIVED =
      """
      derived:
        media_user_vectors:
          {source: media, links: public.media_events, entity: user_id, item: media_id, weight: weight, at: seen_at, half-life: 30d}
      """;

  private final ScriptedProvider old = new ScriptedProvider(8, 100, "old");
  private final ScriptedProvider other = new ScriptedProvider(12, 100, "new");
  private final Random random = new Random(7);
  private TestDatabase test;
  private TwoSpaces spaces;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table media (id int primary key, title text)",
        "insert into media select g, 'title ' || g from generate_series(1, " + ITEMS + ") g",
        "create table media_events (event bigint generated always as identity, user_id bigint, media_id int, weight numeric, seen_at timestamptz, note text)",
        "create index on media_events (media_id)",
        "insert into media_events (user_id, media_id, weight, seen_at)"
            + " select 1 + g % 10, 1 + g % 37, 1 + g % 3, timestamptz '2026-11-01' - g * interval '1 day' from generate_series(1, 200) g");
    spaces = new TwoSpaces(test, old, other);
  }

  @AfterEach
  void close() {
    test.close();
  }

  /** What each user's vector should be, computed here from the tables alone. */
  private Map<String, double[]> expected(ScriptedProvider provider) {
    Map<Integer, float[]> items = new HashMap<>();
    for (String row : test.column("select id || ' ' || title from media where title <> ''")) {
      int space = row.indexOf(' ');
      items.put(
          Integer.valueOf(row.substring(0, space)), provider.vector(row.substring(space + 1)));
    }
    Map<String, double[]> sums = new HashMap<>();
    for (String row :
        test.column(
            "select user_id || ' ' || media_id || ' ' || coalesce(weight, 0) || ' ' || extract(epoch from max(seen_at) over (partition by user_id) - seen_at)"
                + " from media_events where user_id is not null and media_id is not null and seen_at is not null")) {
      String[] parts = row.split(" ");
      float[] vector = items.get(Integer.valueOf(parts[1]));
      if (vector != null) {
        double weight =
            Double.parseDouble(parts[2])
                * Math.pow(0.5, Double.parseDouble(parts[3]) / (HALF_LIFE_DAYS * 86_400));
        double[] sum = sums.computeIfAbsent(parts[0], user -> new double[vector.length]);
        for (int i = 0; i < vector.length; i++) {
          sum[i] += weight * vector[i];
        }
      }
    }
    sums.values().forEach(DerivedVectorsPgTest::normalise);
    sums.values().removeIf(sum -> Double.isNaN(sum[0]));
    return sums;
  }

  private static void normalise(double[] vector) {
    double length = 0;
    for (double component : vector) {
      length += component * component;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= Math.sqrt(length);
    }
  }

  private void assertAllRight() {
    assertRight("old", old);
    assertRight("new", other);
  }

  private void assertRight(String profile, ScriptedProvider provider) {
    Map<String, double[]> expected = expected(provider);
    Map<String, float[]> stored = StoredVectors.of(test, "media_user_vectors_" + profile, "entity");
    assertThat(stored.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (user, vector) -> {
          for (int i = 0; i < vector.length; i++) {
            assertThat((double) stored.get(user)[i])
                .as("user %s under %s", user, profile)
                .isCloseTo(vector[i], Offset.offset(1e-5));
          }
        });
  }

  @Test
  void a_user_is_the_weighted_mean_of_what_was_seen_under_each_profile_and_follows_a_switch() {
    assertThat(spaces.apply(SOURCE.formatted("old, new") + DERIVED).changes())
        .contains(
            "make the derived vectors media_user_vectors, of each user_id of public.media_events");
    spaces.drain();
    assertAllRight();
    assertThat(spaces.apply(SOURCE.formatted("old, new") + DERIVED).changes()).isEmpty();
    assertThat(
            test.column(
                "select profile || ' ' || count(*) || ' ' || min(vector_dims(embedding)) from media_user_vectors group by profile order by profile"))
        .containsExactly("new 10 12", "old 10 8");
    assertThat(test.column("select distinct profile from media_user_vectors_active"))
        .containsExactly("old");
    spaces
        .activation()
        .run(new Activation.Request("media", Optional.of("new"), Optional.empty(), false, false));
    assertThat(
            test.column(
                "select count(*) || ' ' || min(profile) || max(profile) from media_user_vectors_active"))
        .containsExactly("10 newnew");
    assertThat(test.column("select items from media_user_vectors_active where user_id = 3"))
        .containsExactly("20");
  }

  @Test
  void after_random_changes_of_links_and_items_they_equal_a_computation_from_scratch() {
    spaces.apply(SOURCE.formatted("old, new") + DERIVED);
    try (Worker worker = spaces.worker()) {
      for (int i = 0; i < CHANGES; i++) {
        test.sql(change());
      }
      await()
          .pollInterval(Duration.ofMillis(100))
          .until(
              () ->
                  test.number(
                          "select (select count(*) from vectorkeeper.change_1) + (select count(*) from vectorkeeper.claim)"
                              + " + (select count(*) from vectorkeeper.derived_change_1)"
                              + " + (select count(*) from vectorkeeper.backfill where state = 'running')")
                      == 0);
    }
    spaces.drain();
    assertAllRight();
  }

  private String change() {
    int user = 1 + random.nextInt(USERS);
    int item = 1 + random.nextInt(ITEMS + 5);
    return switch (random.nextInt(9)) {
      case 0, 1, 2 ->
          "insert into media_events (user_id, media_id, weight, seen_at) values (%d, %d, %d, now() - interval '%d hours')"
              .formatted(user, item, 1 + random.nextInt(5), random.nextInt(3_000));
      case 3 ->
          "delete from media_events where user_id = %d and media_id = %d".formatted(user, item);
      case 4 ->
          "update media_events set weight = %s where user_id = %d and media_id %% 5 = %d"
              .formatted(random.nextInt(4) == 0 ? "null" : "weight + 1", user, item % 5);
      case 5 -> "update media_events set user_id = %d where media_id = %d".formatted(user, item);
      case 6 ->
          "update media set title = 'title %d' where id = %d".formatted(random.nextInt(99), item);
      case 7 -> "delete from media where id = %d".formatted(item);
      default ->
          "insert into media values (%d, 'again %d') on conflict (id) do update set title = excluded.title"
              .formatted(item, random.nextInt(99));
    };
  }

  @Test
  void a_collection_that_is_added_later_gets_its_vectors_and_an_emptied_table_loses_them() {
    spaces.apply(SOURCE.formatted("old") + DERIVED);
    spaces.drain();
    assertRight("old", old);
    assertThat(spaces.apply(SOURCE.formatted("old, new") + DERIVED).changes())
        .contains("renew the derived vectors media_user_vectors");
    spaces.drain();
    assertAllRight();
    test.sql("truncate media_events");
    spaces.drain();
    assertThat(test.number("select count(*) from media_user_vectors")).isZero();
  }

  @Test
  void a_collection_that_is_retired_takes_its_derived_vectors_with_it() {
    String yaml = SOURCE.formatted("old, new") + DERIVED;
    spaces.apply(yaml);
    spaces.drain();
    spaces.migrator(yaml, MigrationListener.NONE).retire("media", "new", Optional.empty(), false);
    assertThat(test.column("select distinct profile from media_user_vectors"))
        .containsExactly("old");
    assertThat(test.number("select count(*) from pg_class where relname like 'media%vectors_new'"))
        .isZero();
    test.sql(change(), change(), "delete from media where id = 3");
    spaces.drain();
    assertRight("old", old);
  }

  @Test
  void nothing_that_becomes_of_the_links_table_fails_a_write_of_the_application() {
    spaces.apply(SOURCE.formatted("old, new") + DERIVED);
    spaces.drain();
    test.sql(
        "alter table media_events rename user_id to viewer",
        "insert into media_events (viewer, media_id, weight, seen_at) values (1, 2, 3, now())",
        "update media_events set weight = 9 where viewer = 1",
        "delete from media_events where viewer = 2",
        "update media set title = 'another' where id = 5",
        "alter table media_events rename viewer to user_id");
    spaces.drain();
    assertAllRight();
  }

  @Test
  void a_view_of_the_users_own_is_left_alone() {
    test.sql("create view media_user_vectors_active as select 1 as mine");
    assertThatThrownBy(() -> spaces.apply(SOURCE.formatted("old") + DERIVED))
        .hasMessageContaining("something named public.media_user_vectors_active");
    assertThat(test.column("select mine from media_user_vectors_active")).containsExactly("1");
  }

  @Test
  void what_cannot_be_had_is_said_before_anything_is_done() {
    List<List<String>> wrong =
        List.of(
            List.of(
                "entity: user_id", "entity: userid", "public.media_events has no column userid."),
            List.of(
                "public.media_events", "public.events", "the table public.events does not exist"),
            List.of("at: seen_at, ", "", "at and half-life belong together"),
            List.of("half-life: 30d", "half-life: 30 moons", "is not a time such as 30d"));
    for (List<String> one : wrong) {
      String yaml = SOURCE.formatted("old") + DERIVED.replace(one.get(0), one.get(1));
      assertThatThrownBy(() -> spaces.apply(yaml)).hasMessageContaining(one.get(2));
    }
  }
}
