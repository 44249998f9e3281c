package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What does not depend on the vendor. */
class RemoteProviderTest {

  @Test
  void too_long_a_text_is_cut_here_where_the_vendor_would_refuse_it() {
    try (StrictVendorServer server = StrictVendorServer.start("openai", 8);
        RemoteProvider provider =
            RemoteProvider.open(
                server
                    .settings()
                    .truncate(Truncate.END)
                    .limits(new RequestLimits(10, 1_000, 5))
                    .build())) {
      EmbeddingBatch batch =
          provider.embed(List.of("short", "one two three four five six seven"), TextSide.DOCUMENT);
      assertThat(batch.truncated().stream()).containsExactly(1);
      assertThat(server.requests().get(0).texts())
          .containsExactly("short", "one two three four five");
    }
  }

  @Test
  void a_vendor_that_cuts_is_told_whether_it_may() {
    try (StrictVendorServer server = StrictVendorServer.start("cohere", 8)) {
      for (Truncate policy : Truncate.values()) {
        try (RemoteProvider provider =
            RemoteProvider.open(server.settings().truncate(policy).build())) {
          provider.embed(List.of("text"), TextSide.DOCUMENT);
        }
      }
      assertThat(server.requests())
          .extracting(request -> request.body().path("truncate").asText())
          .containsExactly("NONE", "END");
    }
  }

  @Test
  void a_text_that_gemini_cuts_without_a_word_is_recorded() {
    try (StrictVendorServer server = StrictVendorServer.start("gemini", 8);
        RemoteProvider provider = RemoteProvider.open(server.settings().build())) {
      EmbeddingBatch batch =
          provider.embed(List.of("short", "many words ".repeat(2_000)), TextSide.DOCUMENT);
      assertThat(batch.truncated().stream()).containsExactly(1);
    }
  }

  @Test
  void vectors_are_scaled_to_length_1_unless_that_is_not_wanted() {
    try (StrictVendorServer server = StrictVendorServer.start("openai", 8);
        RemoteProvider provider = RemoteProvider.open(server.settings().build())) {
      float[] vector = provider.embed(List.of("a"), TextSide.DOCUMENT).vectors().get(0);
      double squares = 0;
      for (float component : vector) {
        squares += (double) component * component;
      }
      assertThat(squares).isEqualTo(1, within(1e-5));
    }
  }

  @Test
  void the_server_of_tei_tells_its_own_limits() {
    RequestLimits own = new RequestLimits(8, 4_096, 256);
    try (StrictVendorServer server = StrictVendorServer.start("tei", 8).limits(own);
        RemoteProvider provider = RemoteProvider.open(server.settings().build())) {
      assertThat(provider.limits()).isEqualTo(own);
    }
  }

  @Test
  void without_an_answer_the_usual_limits_count() {
    RemoteSettingsBuilder nobody =
        RemoteSettings.of("tei", "gte-small").baseUrl("http://127.0.0.1:9");
    try (RemoteProvider provider = RemoteProvider.open(nobody.build())) {
      assertThat(provider.limits()).isEqualTo(new RequestLimits(32, 16_384, 512));
    }
  }

  @Test
  void the_quota_of_the_latest_answer_is_kept_and_paces_the_next_request() {
    try (StrictVendorServer server = StrictVendorServer.start("openai", 8);
        RemoteProvider provider = RemoteProvider.open(server.settings().build())) {
      server.headers(
          "x-ratelimit-limit-requests: 60",
          "x-ratelimit-remaining-requests: 0",
          "x-ratelimit-reset-requests: 60s");
      assertThat(provider.quota().isUnknown()).isTrue();
      provider.embed(List.of("a"), TextSide.DOCUMENT);
      assertThat(provider.quota().requests().remaining()).isZero();
      long start = System.nanoTime();
      provider.embed(List.of("b"), TextSide.DOCUMENT);
      assertThat(System.nanoTime() - start).isGreaterThan(500_000_000L);
    }
  }

  @Test
  void half_a_surrogate_pair_is_invalid_input() {
    try (StrictVendorServer server = StrictVendorServer.start("openai", 8);
        RemoteProvider provider = RemoteProvider.open(server.settings().build())) {
      EmbeddingFailure failure =
          catchThrowableOfType(
              EmbeddingFailure.class,
              () -> provider.embed(List.of("broken \uD83D"), TextSide.DOCUMENT));
      assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_INPUT);
    }
  }

  @Test
  void requests_go_through_the_proxy() {
    // The stand-in proxy is the server itself: what it is sent names the whole address.
    try (StrictVendorServer server = StrictVendorServer.start("openai", 8);
        RemoteProvider provider =
            RemoteProvider.open(
                server
                    .settings()
                    .baseUrl("http://vendor.invalid/v1")
                    .proxy("http://127.0.0.1:" + server.port())
                    .build())) {
      catchThrowableOfType(
          EmbeddingFailure.class, () -> provider.embed(List.of("a"), TextSide.DOCUMENT));
      assertThat(server.requests().get(0).target())
          .isEqualTo("http://vendor.invalid/v1/embeddings");
    }
  }

  @Test
  void closing_ends_a_request_that_hangs() {
    try (StrictVendorServer server = StrictVendorServer.start("openai", 8)) {
      server.next(Play.HANG);
      RemoteProvider provider = RemoteProvider.open(server.settings().build());
      CompletableFuture<EmbeddingBatch> hanging =
          CompletableFuture.supplyAsync(
              () -> provider.embed(List.of("a"), TextSide.DOCUMENT),
              work -> new Thread(work).start());
      await().until(() -> !server.requests().isEmpty());
      provider.close();
      assertThat(catchThrowableOfType(ExecutionException.class, hanging::get).getCause())
          .isInstanceOfSatisfying(
              EmbeddingFailure.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    }
  }
}
