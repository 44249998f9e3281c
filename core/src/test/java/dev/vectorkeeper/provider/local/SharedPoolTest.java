package dev.vectorkeeper.provider.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.TextSide;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedPoolTest {

  @Test
  void callers_at_the_same_time_get_the_vectors_that_they_would_get_alone() throws Exception {
    List<String> texts = IntStream.range(0, 40).mapToObj(i -> "text number " + i).toList();
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try (LocalProvider provider = LocalModels.open("bge-small-en-v1.5-q")) {
      List<float[]> wanted = provider.embed(texts, TextSide.DOCUMENT).vectors();
      List<Future<List<float[]>>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(callers.submit(() -> provider.embed(texts, TextSide.DOCUMENT).vectors()));
      }
      for (Future<List<float[]>> answer : answers) {
        List<float[]> vectors = answer.get();
        for (int i = 0; i < texts.size(); i++) {
          assertThat(vectors.get(i)).isEqualTo(wanted.get(i));
        }
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void an_interrupted_call_ends_early_and_stays_interrupted() throws Exception {
    List<String> texts = Collections.nCopies(256, "a long text of many words ".repeat(80));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    try (LocalProvider provider = LocalModels.open("bge-small-en-v1.5-q")) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  provider.embed(texts, TextSide.DOCUMENT);
                } catch (EmbeddingFailure e) {
                  thrown.set(e);
                  flag.set(Thread.currentThread().isInterrupted());
                }
              });
      caller.start();
      await().until(() -> caller.getState() == Thread.State.WAITING);
      caller.interrupt();
      caller.join(5_000);
    }
    assertThat(thrown.get()).hasMessage("The local model was interrupted.");
    assertThat(flag.get()).isTrue();
  }

  @Test
  void a_short_loop_does_not_wait_for_the_end_of_a_long_one() throws Exception {
    WorkerPool pool = new WorkerPool(1);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch shortEnded = new CountDownLatch(1);
    AtomicInteger longSteps = new AtomicInteger();
    Thread longLoop =
        new Thread(
            () ->
                pool.forEach(
                    1_000_000,
                    i -> {
                      longSteps.incrementAndGet();
                      begun.countDown();
                      if (shortEnded.getCount() == 0) {
                        throw new IOException("enough");
                      }
                    }));
    longLoop.setUncaughtExceptionHandler((thread, failure) -> {});
    longLoop.start();
    begun.await();
    pool.forEach(3, i -> {});
    shortEnded.countDown();
    longLoop.join();
    assertThat(longSteps.get()).isBetween(1, 999_999);
  }

  @Test
  void every_step_runs_once_and_the_first_failure_ends_the_loop() {
    WorkerPool pool = new WorkerPool(2);
    AtomicInteger[] runs = new AtomicInteger[500];
    Arrays.setAll(runs, i -> new AtomicInteger());
    pool.forEach(runs.length, i -> runs[i].incrementAndGet());
    assertThat(runs).allMatch(count -> count.get() == 1);

    assertThatThrownBy(
            () ->
                pool.forEach(
                    10,
                    i -> {
                      throw new IOException("no luck");
                    }))
        .isInstanceOf(EmbeddingFailure.class)
        .hasMessage("The local model failed: no luck");
  }
}
