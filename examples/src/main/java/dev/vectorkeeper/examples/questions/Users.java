package dev.vectorkeeper.examples.questions;

import dev.vectorkeeper.examples.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Those who use the application all the while: some upload and edit, some ask. */
final class Users implements AutoCloseable {
  private static final int OF_EACH_KIND = 2;

  /** Questions that each leaves in place. */
  private static final int KEPT = 5;

  private static final long PAUSE_NANOS = 200_000_000;

  private final Stage stage;
  private final Application application;
  private final List<Question> edited;
  private final Iterator<Question> uploads;
  private final List<CompletableFuture<Void>> clients = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<AtomicLong> rounds = new ArrayList<>();
  private final AtomicLong edits = new AtomicLong();
  private final AtomicLong found = new AtomicLong();
  private final AtomicLong missed = new AtomicLong();
  private final AtomicLong mistaken = new AtomicLong();
  private volatile boolean stopping;

  /**
   * Users of an application.
   *
   * @param edited the questions that they edit
   * @param uploads those that they upload
   */
  Users(Stage stage, Application application, List<Question> edited, Iterator<Question> uploads) {
    this.stage = stage;
    this.application = application;
    this.edited = edited;
    this.uploads = uploads;
  }

  void start() {
    stopping = false;
    for (int i = 0; i < OF_EACH_KIND; i++) {
      Deque<Long> uploaded = new ArrayDeque<>();
      start(session -> write(session, uploaded));
      start(this::ask);
    }
  }

  private void start(Round round) {
    AtomicLong done = new AtomicLong();
    rounds.add(done);
    clients.add(CompletableFuture.runAsync(() -> repeat(round, done), threads));
  }

  /** Lets each finish what it is at. */
  void stop() {
    stopping = true;
    clients.forEach(CompletableFuture::join);
    clients.clear();
    rounds.clear();
  }

  /** Waits until each has done so many rounds more. */
  void go(int more) {
    List<Long> goals = rounds.stream().map(done -> done.get() + more).toList();
    Waiting.until(
        "the users",
        () ->
            IntStream.range(0, goals.size()).allMatch(i -> rounds.get(i).get() >= goals.get(i))
                || clients.stream().anyMatch(CompletableFuture::isDone));
    clients.stream().filter(CompletableFuture::isDone).forEach(CompletableFuture::join);
  }

  /** Searches that found the question that was asked before. */
  long found() {
    return found.get();
  }

  /** Searches that did not. */
  long missed() {
    return missed.get();
  }

  /** Searches that took what was never asked for something that was. */
  long mistaken() {
    return mistaken.get();
  }

  /** What one kind of user does over and over. */
  @FunctionalInterface
  private interface Round {
    void run(Connection session) throws SQLException;
  }

  private void repeat(Round round, AtomicLong done) {
    try (Connection session = stage.session()) {
      while (!stopping) {
        round.run(session);
        done.incrementAndGet();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(Connection session, Deque<Long> uploaded) throws SQLException {
    Question question = next();
    application.upload(session, question);
    uploaded.add(question.id());
    int any = ThreadLocalRandom.current().nextInt(edited.size());
    application.edit(
        session, edited.get(any).withBody("Asked in class " + edits.incrementAndGet() + "."));
    if (uploaded.size() > KEPT) {
      application.remove(session, uploaded.remove());
    }
  }

  /** A question that nobody has uploaded. */
  Question next() {
    synchronized (uploads) {
      return uploads.next();
    }
  }

  private void ask(Connection session) throws SQLException {
    for (Duplicate duplicate : Duplicate.PLANTED) {
      for (List<Long> ids : application.askedBefore(session, duplicate.again())) {
        (ids.contains(duplicate.original().id()) ? found : missed).incrementAndGet();
      }
    }
    for (List<Long> ids : application.askedBefore(session, Duplicate.NEVER_ASKED)) {
      mistaken.addAndGet(ids.isEmpty() ? 0 : 1);
    }
  }

  @Override
  public void close() {
    stopping = true;
    threads.shutdown();
  }
}
