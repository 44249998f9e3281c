package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.EmbeddingFailure;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Failures from refusals that another HTTP client took in. */
public final class Refusals {
  private Refusals() {}

  /**
   * The failure that a status and a body stand for, whichever vendor sent them.
   *
   * @param who the name that the message begins with
   * @param body the body of the answer, in any vendor's form
   * @param texts the texts that were sent, which the message must not hold
   */
  public static EmbeddingFailure failure(String who, int status, String body, List<String> texts) {
    HttpAnswer answer =
        new HttpAnswer(
            status,
            HttpHeaders.of(Map.of(), (name, value) -> true),
            body.getBytes(StandardCharsets.UTF_8));
    Reason reason = new Reason(List.of());
    Refusal refusal = RefusalReader.read(answer, words -> reason.clean(words, texts));
    return new EmbeddingFailure(
        RefusalKinds.usual(refusal),
        "%s answered %d: %s".formatted(who, refusal.status(), refusal.reason()));
  }

  /** Somebody's words in one line of bounded length, without the texts that were sent. */
  public static String oneLine(String words, List<String> texts) {
    return new Reason(List.of()).clean(words, texts);
  }
}
