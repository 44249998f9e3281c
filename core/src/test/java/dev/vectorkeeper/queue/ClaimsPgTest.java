package dev.vectorkeeper.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Claims as leases: one holder at a time, taken over when the lease runs out, fenced by a token.
 */
class ClaimsPgTest {
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final Claims claims = new Claims(1);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void add(Claims queue, String... keys) {
    test.database()
        .jdbi()
        .useHandle(handle -> queue.add(handle, List.of(keys), Instant.now(), Duration.ZERO));
  }

  private Optional<Claim> claim(Claims queue, int most) {
    return test.database()
        .jdbi()
        .inTransaction(handle -> queue.claim(handle, "tester", most, LEASE));
  }

  private void expire() {
    test.sql(
        "update vectorkeeper.claim set expires_at = clock_timestamp() where token is not null");
  }

  private boolean isHeld(Claim claim) {
    return test.database().jdbi().inTransaction(handle -> claims.isHeld(handle, claim));
  }

  private long waiting() {
    return test.number("select count(*) from vectorkeeper.claim");
  }

  @Test
  void small_claims_are_merged_oldest_first_and_each_key_is_there_once() {
    add(claims, "a", "b");
    add(claims, "b", "c");
    add(claims, "d");
    Claim merged = claim(claims, 100).orElseThrow();
    assertThat(merged.ids()).hasSize(3);
    assertThat(merged.keys()).containsExactly("a", "b", "c", "d");
    assertThat(claim(claims, 100)).isEmpty();
  }

  @Test
  void no_more_are_taken_than_were_asked_for_and_the_oldest_go_first() {
    for (int analyzed = 0; analyzed < 2; analyzed++) {
      for (int i = 0; i < 300; i++) {
        add(claims, "k" + 2 * i, "k" + (2 * i + 1));
      }
      List<String> order = new ArrayList<>();
      for (Optional<Claim> next = claim(claims, 40); next.isPresent(); next = claim(claims, 40)) {
        int first = order.size();
        assertThat(next.get().keys())
            .containsExactlyInAnyOrderElementsOf(
                IntStream.range(first, first + 40).mapToObj(i -> "k" + i).toList());
        order.addAll(next.get().keys());
      }
      assertThat(order).hasSize(600);
      test.sql("delete from vectorkeeper.claim", "vacuum analyze vectorkeeper.claim");
    }
  }

  @Test
  void a_claim_larger_than_asked_for_is_taken_whole() {
    add(claims, IntStream.range(0, 500).mapToObj(i -> "k" + i).toArray(String[]::new));
    add(claims, "later");
    assertThat(claim(claims, 10).orElseThrow().keys()).hasSize(500);
    assertThat(claim(claims, 10).orElseThrow().keys()).containsExactly("later");
  }

  @Test
  void two_workers_at_once_share_without_waiting() {
    add(claims, "a");
    add(claims, "b");
    try (Handle first = test.database().jdbi().open()) {
      first.begin();
      assertThat(claims.claim(first, "one", 1, LEASE).orElseThrow().keys()).containsExactly("a");
      var second = CompletableFuture.supplyAsync(() -> claim(claims, 1));
      Optional<Claim> other = second.join();
      first.commit();
      if (other.isEmpty()) {
        other = claim(claims, 1);
      }
      assertThat(other.orElseThrow().keys()).containsExactly("b");
    }
  }

  @Test
  void many_workers_take_every_key_exactly_once() {
    for (int i = 0; i < 400; i++) {
      add(claims, "k" + i);
    }
    List<CompletableFuture<List<String>>> workers =
        IntStream.range(0, 6)
            .mapToObj(i -> CompletableFuture.supplyAsync(this::completeUntilNoneWaits))
            .toList();
    List<String> done = new ArrayList<>();
    workers.forEach(worker -> done.addAll(worker.join()));
    Set<String> expected = new HashSet<>();
    IntStream.range(0, 400).forEach(i -> expected.add("k" + i));
    assertThat(done).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
  }

  private List<String> completeUntilNoneWaits() {
    List<String> done = new ArrayList<>();
    while (waiting() > 0) {
      claim(claims, 7)
          .ifPresent(
              claim -> {
                done.addAll(claim.keys());
                test.database().jdbi().useHandle(handle -> claims.complete(handle, claim));
              });
    }
    return done;
  }

  @Test
  void a_claim_whose_lease_ran_out_is_taken_over_and_lost_to_its_first_holder() {
    add(claims, "a");
    Claim late = claim(claims, 10).orElseThrow();
    assertThat(isHeld(late)).isTrue();
    expire();
    assertThat(isHeld(late)).isFalse();
    Claim taken = claim(claims, 10).orElseThrow();
    assertThat(taken.keys()).containsExactly("a");
    test.database()
        .jdbi()
        .useHandle(
            handle -> {
              Claims.renew(handle, late, LEASE);
              claims.release(handle, late, Duration.ZERO);
              claims.complete(handle, late);
            });
    assertThat(isHeld(taken)).as("the late holder can do nothing to it").isTrue();
    test.database().jdbi().useHandle(handle -> claims.complete(handle, taken));
    assertThat(waiting()).isZero();
  }

  @Test
  void a_renewed_lease_is_not_taken_over() {
    add(claims, "a");
    Claim claim = claim(claims, 10).orElseThrow();
    expire();
    test.database().jdbi().useHandle(handle -> Claims.renew(handle, claim, LEASE));
    assertThat(claim(claims, 10)).isEmpty();
    assertThat(isHeld(claim)).isTrue();
  }

  @Test
  void a_merged_claim_of_which_a_part_was_lost_is_not_held() {
    add(claims, "a");
    add(claims, "b");
    Claim claim = claim(claims, 10).orElseThrow();
    test.sql(
        "update vectorkeeper.claim set token = gen_random_uuid() where claim_id = "
            + claim.ids().get(1));
    assertThat(isHeld(claim)).isFalse();
  }

  @Test
  void a_claim_that_is_held_for_a_write_cannot_be_taken_over_before_that_commits() {
    add(claims, "a");
    Claim writing = claim(claims, 10).orElseThrow();
    try (Handle handle = test.database().jdbi().open()) {
      handle.begin();
      assertThat(claims.isHeld(handle, writing)).isTrue();
      CompletableFuture<Void> late = CompletableFuture.runAsync(this::expire);
      assertThat(claim(claims, 10)).isEmpty();
      handle.commit();
      late.join();
    }
    assertThat(claim(claims, 10)).isPresent();
  }

  @Test
  void a_released_claim_is_free_after_its_delay() {
    add(claims, "a");
    Claim claim = claim(claims, 10).orElseThrow();
    test.database()
        .jdbi()
        .useHandle(handle -> claims.release(handle, claim, Duration.ofMinutes(5)));
    assertThat(claim(claims, 10)).isEmpty();
    test.sql("update vectorkeeper.claim set available_at = available_at - interval '5 minutes'");
    assertThat(claim(claims, 10).orElseThrow().keys()).containsExactly("a");
  }

  @Test
  void the_claims_of_two_collections_are_apart() {
    Claims other = new Claims(2);
    add(claims, "a");
    add(other, "b");
    add(claims, "c");
    assertThat(claim(other, 10).orElseThrow().keys()).containsExactly("b");
    assertThat(claim(claims, 10).orElseThrow().keys()).containsExactly("a", "c");
  }
}
