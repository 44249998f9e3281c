package dev.vectorkeeper.bench;

import dev.vectorkeeper.worker.Worker;
import dev.vectorkeeper.worker.WorkerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * How much of a tokens-per-minute quota is used by a worker, beside sixteen threads that send a
 * hundred texts each and back off exponentially when they are refused. The service says what is
 * left in its headers, as OpenAI does; nothing is configured.
 */
final class QuotaBench {
  private static final long TOKENS_A_MINUTE = 600_000;
  private static final int SECONDS = 120;
  private static final int ROWS = 117_000;
  private static final int THREADS = 16;
  private static final int TEXTS_A_REQUEST = 100;
  private static final Duration WAIT = Duration.ofMillis(50);

  private static final String SOURCES =
      """
        entries: {table: public.texts, text: "{word}: {gloss}", collections: [bench], index: {type: none}}
      """;

  private QuotaBench() {}

  static List<BenchLine> run(BenchRun run) throws SQLException, IOException {
    double seconds = run.rows(SECONDS);
    List<Glosses.Entry> entries = Glosses.entries(ROWS);
    TokenQuota ours = ours(run, entries, seconds);
    double used = ours.used();
    TokenQuota others =
        threads(entries.stream().map(e -> e.word() + ": " + e.gloss()).toList(), seconds);
    double usedByOthers = others.used();
    return List.of(
        new BenchLine(
            "quota.used",
            "tokens used of 600,000 a minute, over " + (int) seconds + " s",
            percent(used),
            "the quota",
            used,
            0.95,
            true),
        new BenchLine(
            "quota.refused",
            "answers that were 429",
            percent(ours.refused()),
            percent(others.refused()) + " of those to 16 threads with exponential backoff",
            ours.refused(),
            0.03,
            false),
        new BenchLine(
            "quota.threads",
            "tokens used of the quota",
            percent(used),
            percent(usedByOthers) + " (16 threads with exponential backoff)",
            used / usedByOthers,
            1.2,
            true));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", share * 100);
  }

  /** A worker's quota, asked as soon as the time is over. */
  private static TokenQuota ours(BenchRun run, List<Glosses.Entry> entries, double seconds)
      throws SQLException {
    try (BenchDatabase database = run.database("quota")) {
      database.fill("texts", entries);
      TokenQuota measured = new TokenQuota(TOKENS_A_MINUTE);
      try (EmbeddingService service =
          EmbeddingService.start(WAIT, BenchSource.REMOTE_DIMENSIONS, measured)) {
        BenchSource source = BenchSource.remote(database.database(), service, SOURCES);
        Worker worker = new Worker(database.database(), source.providers(), WorkerSettings.DEFAULT);
        worker.start();
        LockSupport.parkNanos((long) (seconds * 1e9));
        TokenQuota taken = measured.stopped();
        worker.close();
        return taken;
      }
    }
  }

  private static TokenQuota threads(List<String> texts, double seconds) {
    TokenQuota quota = new TokenQuota(TOKENS_A_MINUTE);
    try (EmbeddingService service =
        EmbeddingService.start(WAIT, BenchSource.REMOTE_DIMENSIONS, quota)) {
      ExecutorService pool = Executors.newFixedThreadPool(THREADS);
      AtomicInteger next = new AtomicInteger();
      long until = System.nanoTime() + (long) (seconds * 1e9);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        HandWritten requests = new HandWritten(service);
        running.add(
            pool.submit(
                () -> {
                  while (System.nanoTime() < until) {
                    int from = next.getAndAdd(TEXTS_A_REQUEST) % (texts.size() - TEXTS_A_REQUEST);
                    untilGranted(requests, texts.subList(from, from + TEXTS_A_REQUEST), until);
                  }
                  return null;
                }));
      }
      LockSupport.parkNanos(until - System.nanoTime());
      TokenQuota measured = quota.stopped();
      pool.shutdown();
      pool.awaitTermination(1, TimeUnit.MINUTES);
      return measured;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Waits a random time from one second up, within a bound that doubles each time, up to a minute:
   * the decorator of OpenAI's own cookbook.
   */
  private static void untilGranted(HandWritten requests, List<String> texts, long until)
      throws IOException {
    double most = 1;
    HttpResponse<byte[]> answer = requests.send(texts);
    while (answer.statusCode() == 429 && System.nanoTime() < until) {
      most = Math.min(60, most * 2);
      double seconds = Math.max(1, ThreadLocalRandom.current().nextDouble(most));
      LockSupport.parkNanos((long) (seconds * 1e9));
      answer = requests.send(texts);
    }
  }
}
