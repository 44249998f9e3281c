package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.pace.AdaptiveConcurrency;
import dev.vectorkeeper.provider.pace.QuotaGate;
import dev.vectorkeeper.provider.pace.QuotaGate.Admission;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds requests back for the provider's quota, and learns from what becomes of them. */
final class Pacing {
  private static final int FIRST_CONCURRENCY = 4;

  private final RemoteSettings settings;
  private final Clock clock;
  private final QuotaGate gate = new QuotaGate();
  private final AdaptiveConcurrency concurrency;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile ProviderQuota quota;

  Pacing(RemoteSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    int most = settings.maxConcurrency();
    this.concurrency = new AdaptiveConcurrency(Math.min(FIRST_CONCURRENCY, most), most);
    this.quota = ProviderQuota.UNKNOWN;
  }

  /** One request on its way; it ends once, however it ends. */
  final class Trip implements AutoCloseable {
    private final long tokens;
    private final long start = System.nanoTime();
    private final QuotaGate.Mark left = gate.leaving();
    private final boolean counted;
    private final boolean informed;
    private ProviderQuota seen = ProviderQuota.UNKNOWN;
    private boolean ended;

    private Trip(long tokens, TextSide side, boolean informed) {
      this.tokens = tokens;
      this.informed = informed;
      // A query is so small that its latency says nothing about the others.
      this.counted = side == TextSide.DOCUMENT;
      inFlight.incrementAndGet();
    }

    void saw(ProviderQuota said) {
      seen = said;
      if (!said.isUnknown()) {
        quota = said;
      }
    }

    void succeeded() {
      if (counted) {
        Duration latency = Duration.ofNanos(System.nanoTime() - start);
        concurrency.answered(latency, inFlight.get());
      }
    }

    void failed(EmbeddingFailure failure) {
      switch (failure.kind()) {
        case RATE_LIMITED -> {
          concurrency.throttled();
          gate.throttled(failure.retryAt().orElse(null), informed);
        }
        case TIMEOUT, UNAVAILABLE -> {
          if (counted) {
            concurrency.failed();
          }
        }
        default -> {}
      }
    }

    @Override
    public void close() {
      if (!ended) {
        ended = true;
        inFlight.decrementAndGet();
        gate.answered(tokens, seen, left);
      }
    }
  }

  /**
   * Waits until a request may leave.
   *
   * @throws EmbeddingFailure RATE_LIMITED when that is further off than the patience reaches
   */
  Trip begin(long tokens, TextSide side) {
    Instant now = clock.instant();
    Admission admission = gate.ask(tokens, now, settings.timeouts().patienceOf(side));
    if (!admission.admitted()) {
      throw new EmbeddingFailure(
          FailureKind.RATE_LIMITED,
          "%s has no quota left for this request.".formatted(settings.vendor().name()),
          admission.at(),
          null);
    }
    try {
      if (closed.await(Duration.between(now, admission.at()).toNanos(), TimeUnit.NANOSECONDS)) {
        throw stopping(tokens);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stopping(tokens);
    }
    return new Trip(tokens, side, admission.informed());
  }

  int concurrency() {
    return concurrency.limit();
  }

  ProviderQuota quota() {
    return quota;
  }

  void close() {
    closed.countDown();
  }

  private EmbeddingFailure stopping(long tokens) {
    gate.dropped(tokens);
    return new EmbeddingFailure(
        FailureKind.UNAVAILABLE, settings.vendor().name() + " was not asked: stopping");
  }
}
