package dev.vectorkeeper.examples.jobs;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** J1 and J2: what the application writes is in the queue, once each, and nothing else is. */
final class Queued {
  private static final String TRIGGERS =
      """
      select count(*) from pg_trigger
      where tgrelid = 'public.jobs'::regclass and tgenabled = 'O'
        and tgname in ('trigger_queue_embedding_insert', 'trigger_queue_embedding_update')
      """;

  private static final String WAITING =
      """
      select count(*) from embedding_queue
      where processed_at is null and error_message is null and attempts = 0 and state = 'pending' and created_at <= now()
      """;

  private final Stage stage;
  private final JobBoard board;
  private final StrictVendorServer openai;

  Queued(Stage stage, JobBoard board, StrictVendorServer openai) {
    this.stage = stage;
    this.board = board;
    this.openai = openai;
  }

  void check() throws Exception {
    checkTriggers();
    checkStatements();
  }

  private void checkTriggers() throws Exception {
    long before = stage.number("select count(*) from embedding_queue");
    int asked = openai.requests().size();
    List<Entry> inactive = board.next(1);
    List<Entry> active = board.next(1);
    board.copy(inactive, false);
    stage.ok("worker", "--once");
    boolean skipped = openai.requests().size() == asked && board.waiting().isEmpty();
    board.insert(active);
    stage.sql(
        "update jobs set views = views + 1",
        "update jobs set embedding = null where id = 1",
        "update jobs set description = description || ' (urgent)' where id = 2");
    Set<String> expected = new HashSet<>(JobBoard.references(active));
    expected.addAll(stage.column("select reference from jobs where id in (1, 2)"));
    boolean exact = isExactly(expected) && stage.number(WAITING) == expected.size();
    long triggers = stage.number(TRIGGERS);
    stage.check(
        "J1",
        before == 0 && triggers == 2 && exact && skipped,
        "%d triggers by name; of %,d writes queued: a new row, a changed text, a removed vector; an inactive row left without a request"
            .formatted(triggers, stage.number("select count(*) from jobs") + 4));
  }

  private void checkStatements() throws Exception {
    stage.ok("worker", "--once");
    List<Entry> one = board.next(1);
    List<Entry> bulk = board.next(stage.rows(40, 300));
    List<Entry> copied = board.next(stage.rows(60, 500));
    List<Entry> added = board.next(stage.rows(10, 100));
    board.insert(one);
    stage.sql("update jobs set title = 'Senior ' || title where id between 11 and 20");
    board.insert(bulk);
    board.copy(copied, true);
    List<Entry> known = bulk.subList(0, 10);
    board.upsert(Stream.concat(added.stream(), known.stream()).toList());
    Set<String> expected = new HashSet<>();
    Stream.of(one, bulk, copied, added).map(JobBoard::references).forEach(expected::addAll);
    expected.addAll(stage.column("select reference from jobs where id between 11 and 20"));
    stage.check(
        "J2",
        isExactly(expected),
        "1 inserted, 10 updated, %d upserted, %d in one insert, %d copied: %d rows wait, none twice"
            .formatted(added.size() + known.size(), bulk.size(), copied.size(), expected.size()));
  }

  /** Each once, and no other. */
  private boolean isExactly(Set<String> expected) {
    List<String> waiting = board.waiting();
    return waiting.size() == expected.size() && expected.equals(Set.copyOf(waiting));
  }
}
