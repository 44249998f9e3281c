package dev.vectorkeeper.app.demo;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.search.Found;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Changes rows by plain SQL while a worker runs, and measures how soon each is in step and what it
 * cost.
 */
final class LiveChanges {
  private static final long NEW_ID = 999_000_001;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  private static final String STALE =
      """
      select count(*) from (select
        (select s.content_hash from vectorkeeper.source_%d s where s.k1 = :id)
          is distinct from
        (select c.content_hash from public.entries_local_vectors c where c.id = :id) as differs) d
      where d.differs
      """;

  private static final String REQUESTS =
      "select coalesce(sum(requests), 0) from vectorkeeper.collection_total where collection_id = :id";

  private static final String WAITING =
      """
      select (select count(*) from vectorkeeper.change_%d)
        + (select count(*) from vectorkeeper.claim where collection_id = :id)
      """;

  private final Vectorkeeper keeper;
  private final EntriesTable entries;
  private final PrintWriter out;
  private final Collection collection;

  LiveChanges(Vectorkeeper keeper, EntriesTable entries, PrintWriter out) {
    this.keeper = keeper;
    this.entries = entries;
    this.out = out;
    this.collection = keeper.catalog().liveCollections(keeper.catalog().source("entries")).get(0);
  }

  void show() {
    out.println();
    out.println("5. A worker runs; plain SQL changes rows");
    long honey = entries.idOf("honey");
    change(
        "an update",
        "update entries set gloss = 'golden coins made of chocolate' where id = " + honey,
        honey);
    find("chocolate money");
    change(
        "an insert",
        "insert into entries (id, word, part_of_speech, gloss) values ("
            + NEW_ID
            + ", 'vectorkeeper', 'noun', 'a keeper of embeddings that never lets one go stale')",
        NEW_ID);
    find("something that keeps embeddings fresh");
    change("a delete", "delete from entries where id = " + NEW_ID, NEW_ID);
    change(
        "an unrelated update",
        "update entries set looked_up = looked_up + 1 where id = " + honey,
        honey);
  }

  private void change(String what, String sql, long id) {
    settle();
    long before = number(REQUESTS, collection.id());
    keeper.database().jdbi().useHandle(handle -> handle.execute(qualified(sql)));
    long committed = System.nanoTime();
    String stale = STALE.formatted(collection.source().id());
    while (number(stale, id) > 0 && System.nanoTime() - committed < PATIENCE) {
      LockSupport.parkNanos(500_000);
    }
    double millis = (System.nanoTime() - committed) / 1e6;
    settle();
    long calls = number(REQUESTS, collection.id()) - before;
    out.println(
        String.format(
            Locale.ROOT,
            "   %-20s in step %6.1f ms after the commit, %d provider %s",
            what,
            millis,
            calls,
            calls == 1 ? "call" : "calls"));
    out.flush();
  }

  private static String qualified(String sql) {
    return sql.replace(" entries", " public.entries");
  }

  /** Waits until nothing is queued, so that each change is measured alone. */
  private void settle() {
    long started = System.nanoTime();
    String waiting = WAITING.formatted(collection.source().id());
    while (number(waiting, collection.id()) > 0 && System.nanoTime() - started < PATIENCE) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void find(String text) {
    List<Found> found = keeper.search().nearest("entries", text, 1);
    out.println(
        "     search “" + text + "” → " + (found.isEmpty() ? "nothing" : found.get(0).content()));
  }

  private long number(String sql, long id) {
    return keeper
        .database()
        .jdbi()
        .withHandle(handle -> handle.createQuery(sql).bind("id", id).mapTo(Long.class).one());
  }
}
