package dev.vectorkeeper.examples.media;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One provider slowed, stopped and restarted while the other goes on (M2). */
final class Cursors {
  private static final String CURSOR =
      """
      select coalesce(b.cut_up_to, '') from vectorkeeper.backfill b
      join vectorkeeper.collection c using (collection_id) join vectorkeeper.profile p using (profile_id)
      where p.name = '%s' order by b.backfill_id desc limit 1
      """;

  /** Items up to where a profile's cursor is that have no vector. */
  private static final String LEFT_BEHIND =
      """
      select count(*) from media_items i where i.id <= %s
        and not exists (select from media_embeddings e where e.media_item_id = i.id and e.profile = '%s')
      """;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Stage stage;
  private final Playing playing;
  private final int rows;
  private boolean slowed;
  private boolean stopped;
  private String told = "";
  private String jinaBefore = "";

  Cursors(Stage stage, Playing playing) {
    this.stage = stage;
    this.playing = playing;
    this.rows = stage.rows(20, 200);
  }

  private String cursor(String profile) {
    return stage.column(CURSOR.formatted(profile)).get(0);
  }

  private long leftBehind(String profile) {
    return stage.number(LEFT_BEHIND.formatted(cursor(profile), profile));
  }

  /** Leaves a slow run of OpenAI's behind, which the server's end interrupts. */
  void run(Calls calls) throws Exception {
    slow(calls);
    stop(calls);
    jinaBefore = cursor("jina");
    try (Playing.Held held = playing.holdOpenAi()) {
      CompletableFuture<JsonNode> interrupted = begin(calls);
      calls.service().close();
      interrupted.exceptionally(gone -> null).join();
    }
  }

  private int asked() {
    return playing.openai().map(StrictVendorServer::requests).map(all -> all.size()).orElse(0);
  }

  /** A run of OpenAI's that has asked it. */
  private CompletableFuture<JsonNode> begin(Calls calls) {
    int asked = asked();
    CompletableFuture<JsonNode> run =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return calls.backfill("openai", rows);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    if (playing.openai().isPresent()) {
      await().atMost(PATIENCE).until(() -> asked() > asked || run.isDone());
    }
    return run;
  }

  private void slow(Calls calls) throws Exception {
    String openaiBefore = cursor("openai");
    CompletableFuture<JsonNode> slow;
    int embedded = 0;
    boolean overtaken;
    try (Playing.Held held = playing.holdOpenAi()) {
      slow = begin(calls);
      for (int i = 0; i < 2; i++) {
        embedded += calls.backfill("jina", rows).get("embedded").asInt();
      }
      overtaken = playing.openai().isEmpty() || !slow.isDone();
    }
    String jinaAfter = cursor("jina");
    int slowly = slow.join().get("embedded").asInt();
    slowed =
        overtaken
            && embedded == 2 * rows
            && slowly == rows
            && cursor("jina").equals(jinaAfter)
            && !cursor("openai").equals(openaiBefore);
    told = "%d rows of Jina's while %d of OpenAI's hung".formatted(embedded, slowly);
  }

  private void stop(Calls calls) throws Exception {
    stage.ok("pause", "openai");
    String held = cursor("openai");
    HttpResponse<String> refused =
        calls.post(Calls.payload(stage, "openai"), "X-Job-Token", Calls.TOKEN);
    int embedded = calls.backfill("jina", rows).get("embedded").asInt();
    stopped =
        refused.body().contains("VK-U01") && embedded == rows && cursor("openai").equals(held);
    told += "; %d while OpenAI's was paused at %s".formatted(embedded, held);
    stage.ok("resume", "openai");
  }

  /** The server is another one now. */
  void goOn(Calls calls) throws Exception {
    calls.backfill("openai", rows);
    boolean same = cursor("jina").equals(jinaBefore);
    long behind = leftBehind("jina") + leftBehind("openai");
    stage.check(
        "M2",
        slowed && stopped && same && behind == 0,
        "%s; Jina's cursor stayed at %s through OpenAI's restart; %d rows left behind either cursor"
            .formatted(told, jinaBefore, behind));
  }
}
