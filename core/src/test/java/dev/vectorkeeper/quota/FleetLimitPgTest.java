package dev.vectorkeeper.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FleetLimitPgTest {
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "insert into vectorkeeper.profile (name, provider, model, dimensions, shape, fingerprint) values ('p', 'x', 'm', 3, '{}', 'f')");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private FleetLimit limit(long perMinute) {
    return new FleetLimit(test.database().jdbi(), "p", FleetLimit.Kind.REQUESTS, perMinute);
  }

  @Test
  void two_workers_together_get_what_the_rate_allows() {
    FleetLimit one = limit(6_000);
    FleetLimit two = limit(6_000);
    Duration last = Duration.ZERO;
    for (int i = 0; i < 1_000; i++) {
      last = max(last, max(one.book(1), two.book(1)));
    }
    assertThat(last)
        .as("2,000 units at 100 a second")
        .isBetween(Duration.ofMillis(18_500), Duration.ofMillis(20_500));
  }

  @Test
  void the_row_is_written_for_stretches_and_not_for_units() {
    test.sql(
        "create table writes (at timestamptz default now())",
        "create function counted() returns trigger language plpgsql as 'begin insert into public.writes default values; return new; end'",
        "create trigger counted before insert or update on vectorkeeper.fleet_limit for each row execute function counted()");
    FleetLimit limit = limit(60_000);
    for (int i = 0; i < 2_000; i++) {
      limit.book(1);
    }
    assertThat(test.number("select count(*) from writes")).isBetween(4L, 10L);
  }

  @Test
  void more_tokens_than_a_stretch_holds_are_booked_in_one_piece() {
    FleetLimit limit = limit(600);
    limit.book(100);
    assertThat(limit.book(1)).isBetween(Duration.ofMillis(9_500), Duration.ofMillis(10_000));
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
