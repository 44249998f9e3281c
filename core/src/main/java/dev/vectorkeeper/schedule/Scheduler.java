package dev.vectorkeeper.schedule;

import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.schedule.ScheduleDefinition.Missed;
import dev.vectorkeeper.schedule.ScheduleDefinition.Overlap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes runs begin when they are due. Any number may run on one database: db-scheduler hands each
 * tick to one of them, and the catalog takes it once only.
 */
public final class Scheduler implements AutoCloseable {
  /** What the ticks are called in db-scheduler's table. */
  static final String TASK = "schedule";

  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration HEARTBEAT = Duration.ofSeconds(3);
  private static final int MISSED_HEARTBEATS = 6;

  /** So much later than its time, a tick was missed. */
  private static final Duration LATE = Duration.ofMinutes(1);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration ALIGN = Duration.ofSeconds(1);
  private static final long PRUNE_EVERY = 600;
  private static final int THREADS = 4;

  private static final String NOT_PLANNED =
      """
      select name from vectorkeeper.schedule s
      where enabled and not exists (
        select from vectorkeeper.scheduled_tasks t where t.task_name = :task and t.task_instance = s.name)
      """;

  private final Database database;
  private final Schedules schedules;
  private final ScheduleRuns runs;
  private final String name;
  private final Function<RunRequest, RunResult> work;
  private final CustomTask<Void> task;
  private final com.github.kagkarlsson.scheduler.Scheduler ticks;
  private final ScheduledExecutorService aligning = Executors.newSingleThreadScheduledExecutor();
  private long aligned;

  /**
   * A scheduler that is not yet started.
   *
   * @param name of this process, for people
   * @param work what carries a request out
   */
  public Scheduler(Database database, String name, Function<RunRequest, RunResult> work) {
    this.database = database;
    this.schedules = new Schedules(database);
    this.runs = new ScheduleRuns(database);
    this.name = name;
    this.work = work;
    this.task =
        Tasks.custom(TASK, Void.class)
            .onFailure((complete, operations) -> operations.reschedule(complete, soon()))
            .onDeadExecution(
                (complete, operations) -> operations.reschedule(complete, Instant.now()))
            .execute(this::tick);
    this.ticks =
        com.github.kagkarlsson.scheduler.Scheduler.create(database.dataSource(), List.of(task))
            .tableName("vectorkeeper.scheduled_tasks")
            .schedulerName(new SchedulerName.Fixed(name))
            .threads(THREADS)
            .pollUsingLockAndFetch(0.5, 1.0)
            .pollingInterval(POLL)
            .heartbeatInterval(HEARTBEAT)
            .missedHeartbeatsLimit(MISSED_HEARTBEATS)
            .shutdownMaxWait(Duration.ofSeconds(5))
            .build();
  }

  /** Begins with runs as they are due; returns at once. */
  public void start() {
    ticks.start();
    aligning.scheduleWithFixedDelay(this::align, 0, ALIGN.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Finds the next tick of schedules that came, were enabled or changed. */
  private void align() {
    try {
      List<String> missing =
          database
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery(NOT_PLANNED)
                          .bind("task", TASK)
                          .mapTo(String.class)
                          .list());
      for (String schedule : missing) {
        Instant next = schedules.definition(schedule).cron().after(Instant.now());
        ticks.scheduleIfNotExists(task.instance(schedule), next);
      }
      if (aligned++ % PRUNE_EVERY == 0) {
        runs.prune();
      }
    } catch (RuntimeException e) {
      LOG.warn("The schedules could not be read: {}", e.getMessage());
    }
  }

  private static Instant soon() {
    return Instant.now().plus(RETRY);
  }

  private CompletionHandler<Void> tick(TaskInstance<Void> instance, ExecutionContext context) {
    Optional<ScheduleDefinition> known =
        schedules.find(instance.getId()).filter(ScheduleDefinition::enabled);
    if (known.isEmpty()) {
      return (complete, operations) -> operations.remove();
    }
    Instant due = context.getExecution().executionTime;
    boolean makesUp = run(known.get(), due);
    return (complete, operations) -> next(operations, complete, instance.getId(), due, makesUp);
  }

  /** Runs a tick; whether ticks that came meanwhile may be made up for. */
  private boolean run(ScheduleDefinition schedule, Instant due) {
    boolean late = Duration.between(due, Instant.now()).compareTo(LATE) > 0;
    if (late && schedule.missed() == Missed.SKIP) {
      runs.begin(schedule.name(), due, name, false, "skipped");
      return false;
    }
    try {
      return runs.runTick(schedule, due, name, work);
    } catch (VectorkeeperException e) {
      LOG.warn("The schedule {}: {} {}", schedule.name(), e.code(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("The schedule {}: {}", schedule.name(), e.getMessage(), e);
    }
    return true;
  }

  /** Plans the tick after one that has ended, by what is declared now. */
  private void next(
      ExecutionOperations<Void> operations,
      ExecutionComplete complete,
      String schedule,
      Instant due,
      boolean makesUp) {
    Optional<ScheduleDefinition> now = schedules.find(schedule).filter(ScheduleDefinition::enabled);
    if (now.isEmpty()) {
      operations.remove();
    } else {
      operations.reschedule(complete, next(now.get(), due, makesUp));
    }
  }

  private static Instant next(ScheduleDefinition schedule, Instant due, boolean makesUp) {
    Instant now = Instant.now();
    boolean comesLater = schedule.cron().after(due).isAfter(now);
    if (!comesLater && makesUp && schedule.overlap() == Overlap.WAIT) {
      return now;
    }
    return schedule.cron().after(comesLater ? due : now);
  }

  /** Begins no further run, and waits a moment for those under way. */
  @Override
  public void close() {
    aligning.shutdownNow();
    ticks.stop();
  }
}
