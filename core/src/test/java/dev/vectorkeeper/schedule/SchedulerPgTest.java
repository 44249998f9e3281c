package dev.vectorkeeper.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.run.Operation;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.run.SoughtProfile;
import dev.vectorkeeper.schedule.ScheduleDefinition.Missed;
import dev.vectorkeeper.schedule.ScheduleDefinition.Overlap;
import dev.vectorkeeper.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When runs begin, and that each tick is taken once. */
class SchedulerPgTest {
  private static final RunRequest REQUEST =
      new RunRequest(
          Operation.SYNC,
          "notes",
          SoughtProfile.ANY,
          Optional.of(25),
          Optional.empty(),
          RunRequest.DEFAULT_TIME);
  private static final RunResult RESULT = new RunResult(1, 1, 0, 0, 0, 0, 0, 0, 3, List.of("7"));

  private TestDatabase test;
  private Schedules schedules;
  private ScheduleRuns runs;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    schedules = new Schedules(test.database());
    runs = new ScheduleRuns(test.database());
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void declare(String name, String cron, Overlap overlap, Missed missed) {
    schedules.put(
        new ScheduleDefinition(name, Cron.parse(cron, "UTC"), REQUEST, overlap, missed, true));
  }

  private Scheduler started(String name, java.util.function.Function<RunRequest, RunResult> work) {
    Scheduler scheduler = new Scheduler(test.database(), name, work);
    scheduler.start();
    return scheduler;
  }

  @Test
  void each_tick_is_run_once_by_several_schedulers_and_none_is_left_out() {
    declare("every-second", "* * * * * *", Overlap.SKIP, Missed.RUN);
    try (Scheduler one = started("one", request -> RESULT);
        Scheduler other = started("other", request -> RESULT)) {
      await()
          .until(
              () ->
                  test.number(
                          "select count(*) from vectorkeeper.schedule_run where outcome = 'done'")
                      >= 6);
    }
    assertThat(
            test.number(
                "select count(*) from (select due_at from vectorkeeper.schedule_run group by 1 having count(*) > 1) twice"))
        .isZero();
    assertThat(
            test.column(
                "select distinct extract(microseconds from due_at)::int % 1000000 from vectorkeeper.schedule_run"))
        .as("each stands for a full second")
        .containsExactly("0");
    ScheduleStatus status = schedules.list().get(0);
    assertThat(status.last().orElseThrow().result()).contains("\"sample_ids\"");
    assertThat(status.nextAt()).isPresent();
  }

  @Test
  void what_is_disabled_does_not_run_and_what_is_enabled_or_changed_does_at_once() {
    AtomicInteger ran = new AtomicInteger();
    declare("often", "* * * * * *", Overlap.SKIP, Missed.RUN);
    assertThat(schedules.enable("often", false)).isTrue();
    assertThat(schedules.enable("often", false)).isFalse();
    try (Scheduler one =
        started(
            "one",
            request -> {
              assertThat(request).isEqualTo(REQUEST);
              ran.incrementAndGet();
              return RESULT;
            })) {
      assertThat(runs.runNow("often", "me", request -> RESULT)).isEqualTo(RESULT);
      assertThat(runs.history("often", 10)).extracting(ScheduleRun::byHand).containsExactly(true);
      assertThat(ran).as("nobody but the one who asked").hasValue(0);
      schedules.enable("often", true);
      await().until(() -> ran.get() > 0);
      schedules.enable("often", false);
      await().until(() -> test.number("select count(*) from vectorkeeper.scheduled_tasks") == 0);
    }
  }

  @Test
  void a_run_that_fails_is_remembered_and_the_next_tick_comes() {
    declare("failing", "* * * * * *", Overlap.SKIP, Missed.RUN);
    try (Scheduler one =
        started(
            "one",
            request -> {
              throw new VectorkeeperException("VK-S01", "There is no such source.");
            })) {
      await().until(() -> runs.history("failing", 10).size() >= 2);
    }
    assertThat(runs.history("failing", 10))
        .filteredOn(run -> run.outcome().equals("failed"))
        .isNotEmpty()
        .allSatisfy(run -> assertThat(run.errorCode()).contains("VK-S01"));
  }

  @Test
  void two_runs_of_one_schedule_never_overlap_and_late_ticks_go_as_was_said() throws Exception {
    declare("waits", "* * * * * *", Overlap.WAIT, Missed.RUN);
    declare("skips", "* * * * * *", Overlap.SKIP, Missed.RUN);
    CountDownLatch release = new CountDownLatch(1);
    try (Scheduler one =
        started(
            "one",
            request -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return RESULT;
            })) {
      await()
          .until(
              () -> runs.history("waits", 10).size() == 1 && runs.history("skips", 10).size() == 1);
      Instant first = runs.history("waits", 10).get(0).dueAt();
      await().until(() -> Instant.now().isAfter(first.plusSeconds(3)));
      assertThatThrownBy(() -> runs.runNow("waits", "me", request -> RESULT))
          .extracting("code")
          .isEqualTo("VK-J02");
      release.countDown();
      await().until(() -> runs.history("waits", 10).size() >= 3);
      await().until(() -> runs.history("skips", 10).size() >= 2);
    }
    List<ScheduleRun> waited = runs.history("waits", 10);
    ScheduleRun second = waited.get(waited.size() - 2);
    assertThat(second.dueAt().getNano())
        .as("one run makes up for the ticks in between, between two of them")
        .isNotZero();
    List<ScheduleRun> skipped = runs.history("skips", 10);
    assertThat(skipped.get(skipped.size() - 2).dueAt().getNano()).isZero();
  }

  @Test
  void ticks_that_nobody_was_there_for_are_made_up_once_or_left_out() {
    declare("made-up", "0 0 * * *", Overlap.SKIP, Missed.RUN);
    declare("left-out", "0 0 * * *", Overlap.SKIP, Missed.SKIP);
    for (String name : List.of("made-up", "left-out")) {
      test.sql(
          "insert into vectorkeeper.scheduled_tasks (task_name, task_instance, execution_time, picked, version)"
              + " values ('schedule', '"
              + name
              + "', now() - interval '3 days', false, 1)");
    }
    try (Scheduler one = started("one", request -> RESULT)) {
      await()
          .until(
              () ->
                  schedules.list().stream()
                      .allMatch(
                          s -> s.nextAt().filter(at -> at.isAfter(Instant.now())).isPresent()));
    }
    assertThat(runs.history("made-up", 9)).extracting(ScheduleRun::outcome).containsExactly("done");
    assertThat(runs.history("left-out", 9))
        .extracting(ScheduleRun::outcome)
        .containsExactly("skipped");
  }

  @Test
  void cron_expressions_are_read_in_their_zone_and_wrong_ones_refused() {
    Cron noon = Cron.parse("0 12 * * *", "Europe/Zurich");
    assertThat(noon.after(Instant.parse("2026-07-01T00:00:00Z")))
        .isEqualTo(Instant.parse("2026-07-01T10:00:00Z"));
    assertThat(noon.after(Instant.parse("2026-12-01T00:00:00Z")))
        .isEqualTo(Instant.parse("2026-12-01T11:00:00Z"));
    assertThat(Cron.parse("*/5 * * * *", "UTC").after(Instant.parse("2026-07-01T00:03:00Z")))
        .isEqualTo(Instant.parse("2026-07-01T00:05:00Z"));
    Cron nightly = Cron.parse("30 2 * * *", "Europe/Zurich");
    assertThat(nightly.after(Instant.parse("2026-03-28T12:00:00Z")))
        .as("half past two is left out that night, and comes when the clock is put forward")
        .isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
    assertThat(nightly.after(Instant.parse("2026-03-29T01:00:00Z")))
        .isEqualTo(Instant.parse("2026-03-30T00:30:00Z"));
    assertThat(
            Cron.parse("*/10 * * * *", "Europe/Zurich")
                .after(Instant.parse("2026-03-29T00:55:00Z")))
        .isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
    assertThat(nightly.after(Instant.parse("2026-10-25T00:30:00Z")))
        .as("half past two comes once that night")
        .isEqualTo(Instant.parse("2026-10-26T01:30:00Z"));
    for (String wrong :
        List.of("", "0 0 31 2 *", "* * * *", "61 * * * *", "every minute", "-", "* * * * * * *")) {
      assertThatThrownBy(() -> Cron.parse(wrong, "UTC"))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no cron expression");
    }
    assertThatThrownBy(() -> Cron.parse("* * * * *", "Mars/Base"))
        .hasMessageContaining("no time zone");
    assertThat(Duration.between(Instant.now(), Cron.parse("0 0 1 1 *", "UTC").after(Instant.now())))
        .isPositive();
  }

  @Test
  void what_is_changed_during_a_run_counts_from_its_end_on() throws Exception {
    declare("changed", "0 0 1 1 *", Overlap.SKIP, Missed.RUN);
    test.sql(
        "insert into vectorkeeper.scheduled_tasks (task_name, task_instance, execution_time, picked, version) values ('schedule', 'changed', now(), false, 1)");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Scheduler one =
        started(
            "one",
            request -> {
              begun.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return RESULT;
            })) {
      begun.await();
      declare("changed", "* * * * * *", Overlap.SKIP, Missed.RUN);
      release.countDown();
      await().until(() -> runs.history("changed", 10).size() >= 2);
    }
  }

  @Test
  void a_trouble_with_the_database_costs_a_tick_and_no_more() {
    declare("troubled", "* * * * * *", Overlap.SKIP, Missed.RUN);
    try (Scheduler one = started("one", request -> RESULT)) {
      await().until(() -> !runs.history("troubled", 10).isEmpty());
      Instant next = schedules.list().get(0).nextAt().orElseThrow();
      test.sql("alter table vectorkeeper.schedule_run rename to away");
      await()
          .until(
              () ->
                  test.number(
                          "select extract(epoch from max(execution_time))::bigint from vectorkeeper.scheduled_tasks")
                      > next.getEpochSecond() + 2);
      test.sql("alter table vectorkeeper.away rename to schedule_run");
      int before = runs.history("troubled", 100).size();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> runs.history("troubled", 100).size() > before);
    }
  }

  @Test
  void runs_that_nobody_is_at_any_more_are_lost_and_hold_nothing_up() {
    declare("killed", "0 0 1 1 *", Overlap.SKIP, Missed.RUN);
    test.sql(
        "insert into vectorkeeper.schedule_run (schedule, due_at, by_hand, server) values ('killed', now(), true, 'gone')");
    assertThat(runs.runNow("killed", "me", request -> RESULT)).isEqualTo(RESULT);
    assertThat(runs.history("killed", 10))
        .extracting(ScheduleRun::outcome)
        .containsExactly("done", "lost");
  }
}
