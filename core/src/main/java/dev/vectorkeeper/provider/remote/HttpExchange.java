package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends one request and takes in its whole answer within one time, or fails. HTTP/1.1, because a
 * connection then carries one request, and one that stalls or breaks takes no other with it.
 * Redirects are not followed: they would carry the key to another address.
 */
final class HttpExchange implements AutoCloseable {
  private final Vendor vendor;
  private final Endpoint endpoint;
  private final HttpClient client;
  private final Map<Long, CompletableFuture<?>> inFlight = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  HttpExchange(RemoteSettings settings) {
    this.vendor = settings.vendor();
    this.endpoint = settings.endpoint();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(settings.timeouts().connect());
    if (endpoint.proxy() != null) {
      builder.proxy(ProxySelector.of(endpoint.proxy()));
    }
    this.client = builder.build();
  }

  /**
   * Posts a body of JSON.
   *
   * @param timeout from now to the last byte of the answer
   * @param bound the most bytes of an answer
   */
  HttpAnswer post(byte[] body, Duration timeout, long bound) {
    HttpRequest.Builder request =
        to(endpoint.address())
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(body));
    return send(request.build(), timeout, bound);
  }

  /** Gets a small document of JSON. */
  HttpAnswer get(URI address, Duration timeout) {
    return send(to(address).GET().build(), timeout, 1 << 20);
  }

  private HttpRequest.Builder to(URI address) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address).header("accept", "application/json");
    endpoint.headers().forEach((name, value) -> request.setHeader(name, value.reveal()));
    endpoint
        .key()
        .ifPresent(key -> request.setHeader(vendor.keyHeader(), vendor.keyHeaderValue(key)));
    return request;
  }

  private HttpAnswer send(HttpRequest request, Duration timeout, long bound) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BoundedBody.of(bound));
    long number = numbers.incrementAndGet();
    inFlight.put(number, answer);
    try {
      HttpResponse<byte[]> response = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return new HttpAnswer(response.statusCode(), response.headers(), response.body());
    } catch (TimeoutException e) {
      throw failure(
          FailureKind.TIMEOUT, "gave no whole answer within %s".formatted(seconds(timeout)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(FailureKind.UNAVAILABLE, "was not waited for: the worker is stopping");
    } catch (CancellationException e) {
      throw failure(FailureKind.UNAVAILABLE, "was not waited for: the provider is closed");
    } catch (ExecutionException e) {
      throw named(e.getCause() == null ? e : e.getCause());
    } finally {
      inFlight.remove(number);
      answer.cancel(true);
    }
  }

  private EmbeddingFailure named(Throwable cause) {
    if (cause instanceof BoundedBody.TooLong tooLong) {
      return failure(FailureKind.BAD_RESPONSE, "gave an answer that " + tooLong.getMessage());
    }
    if (cause instanceof HttpTimeoutException) {
      return failure(FailureKind.TIMEOUT, "could not be connected to in time");
    }
    String reason = cause.getMessage() == null ? "" : ": " + cause.getMessage();
    String what = cause instanceof IOException ? kindOf(cause) : "the request failed";
    return failure(FailureKind.UNAVAILABLE, "is not available: " + what + reason);
  }

  private static String kindOf(Throwable cause) {
    String name = cause.getClass().getSimpleName();
    return name.equals("IOException")
        ? "the connection broke"
        : name.replace("Exception", "")
            .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
            .toLowerCase(Locale.ROOT);
  }

  private EmbeddingFailure failure(FailureKind kind, String what) {
    return new EmbeddingFailure(
        kind, "%s at %s %s".formatted(vendor.name(), endpoint.place(), what));
  }

  private static String seconds(Duration timeout) {
    return String.format(Locale.ROOT, "%.1f s", timeout.toMillis() / 1e3);
  }

  @Override
  public void close() {
    inFlight.values().forEach(answer -> answer.cancel(true));
    // Java 21 and later can end the client's threads; before, they end when nobody refers to it.
    if ((Object) client instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException("the HTTP client could not be closed", e);
      }
    }
  }
}
