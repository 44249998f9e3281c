package dev.vectorkeeper.provider.remote;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Takes in a body up to a bound: beyond it an answer fails, and a refusal is cut. */
final class BoundedBody implements BodySubscriber<byte[]> {
  private static final long REFUSAL_BYTES = 64 * 1024;

  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final List<ByteBuffer> parts = new ArrayList<>();
  private final long bound;
  private final boolean cuts;
  private long received;
  private @Nullable Subscription subscription;

  private BoundedBody(long bound, boolean cuts) {
    this.bound = bound;
    this.cuts = cuts;
  }

  /** More bytes than the answer to any request of its size has. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong(long bound) {
      super("is longer than %,d bytes".formatted(bound));
    }
  }

  /**
   * Takes in answers and refusals.
   *
   * @param bound the most bytes of an answer
   */
  static BodyHandler<byte[]> of(long bound) {
    return head -> {
      boolean refusal = head.statusCode() >= 300;
      return new BoundedBody(refusal ? REFUSAL_BYTES : bound, refusal);
    };
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      received += buffer.remaining();
      parts.add(buffer);
    }
    Subscription source = subscription;
    if (source == null || body.isDone()) {
      return;
    }
    if (received <= bound) {
      source.request(1);
      return;
    }
    source.cancel();
    if (cuts) {
      body.complete(joined());
    } else {
      parts.clear();
      body.completeExceptionally(new TooLong(bound));
    }
  }

  @Override
  public void onError(Throwable failure) {
    parts.clear();
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    body.complete(joined());
  }

  private byte[] joined() {
    byte[] all = new byte[(int) Math.min(received, Integer.MAX_VALUE - 8)];
    int at = 0;
    for (ByteBuffer part : parts) {
      int length = Math.min(part.remaining(), all.length - at);
      part.get(all, at, length);
      at += length;
    }
    parts.clear();
    return all;
  }
}
