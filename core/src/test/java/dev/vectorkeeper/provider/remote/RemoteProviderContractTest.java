package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.Secret;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.pace.Pack;
import dev.vectorkeeper.provider.pace.RequestPacker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What every vendor's provider has to do, against a server that is as strict as the vendor. */
@ParameterizedClass(name = "{0}")
@MethodSource("vendors")
class RemoteProviderContractTest {
  private static final int DIMENSIONS = 16;
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Timeouts TIMEOUTS = new Timeouts(LONG, LONG, LONG, SHORT);
  private static final Timeouts IMPATIENT = new Timeouts(LONG, SHORT, SHORT, SHORT);
  private static final List<String> TEXTS =
      List.of("a slow red fox", "rivers freeze from the top", "Zürich – 東京 🎈 \"quoted\"\n\\");

  @Parameter String vendor;

  private StrictVendorServer server;
  private RemoteProvider provider;

  static List<String> vendors() {
    return Vendors.names();
  }

  @BeforeEach
  void start() {
    server = StrictVendorServer.start(vendor, DIMENSIONS);
    provider = RemoteProvider.open(settings().build());
  }

  private RemoteSettingsBuilder settings() {
    return server.settings().timeouts(TIMEOUTS);
  }

  @AfterEach
  void stop() {
    provider.close();
    server.close();
  }

  private EmbeddingBatch embed() {
    return provider.embed(TEXTS, TextSide.DOCUMENT);
  }

  private EmbeddingFailure failure(Play play) {
    server.next(play);
    return failure(provider, TextSide.DOCUMENT);
  }

  private static EmbeddingFailure failure(RemoteProvider asked, TextSide side) {
    return catchThrowableOfType(EmbeddingFailure.class, () -> asked.embed(TEXTS, side));
  }

  private void assertKind(Play play, FailureKind kind) {
    EmbeddingFailure failure = failure(play);
    assertThat(failure).isNotNull();
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    assertThat(failure.getMessage()).contains(vendor).doesNotContain("\n");
  }

  private static void assertVectors(List<String> texts, EmbeddingBatch batch) {
    assertThat(batch.vectors()).hasSameSizeAs(texts);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(batch.vectors().get(i))
          .as(texts.get(i))
          .containsExactly(TextVectors.of(texts.get(i), DIMENSIONS), within(1e-6f));
    }
  }

  @Test
  void each_text_gets_its_own_vector() {
    assertVectors(TEXTS, embed());
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void one_text_alone_is_embedded() {
    List<String> one = TEXTS.subList(1, 2);
    assertVectors(one, provider.embed(one, TextSide.DOCUMENT));
  }

  @Test
  void a_full_request_is_taken() {
    int most = Math.min(provider.limits().maxInputs(), 2_048);
    List<String> texts = IntStream.range(0, most).mapToObj(i -> "text number " + i).toList();
    assertVectors(texts, provider.embed(texts, TextSide.DOCUMENT));
  }

  @Test
  void packed_requests_stay_below_the_servers_limits() {
    server.limits(new RequestLimits(10, 40, 30));
    List<String> texts = IntStream.range(0, 60).mapToObj(i -> "the ".repeat(i % 20) + i).toList();
    try (RemoteProvider limited =
        RemoteProvider.open(settings().limits(new RequestLimits(10, 40, 30)).build())) {
      for (Pack pack : RequestPacker.pack(texts, limited)) {
        assertVectors(pack.of(texts), limited.embed(pack.of(texts), TextSide.DOCUMENT));
      }
    }
    assertThat(server.requests()).hasSizeBetween(7, 60);
  }

  @Test
  void the_tokens_are_those_that_the_vendor_counted() {
    long counted = embed().tokens();
    if (vendor.equals("gemini") || vendor.equals("tei")) {
      assertThat(counted).isPositive();
    } else {
      assertThat(counted).isEqualTo(server.requests().get(0).tokens());
    }
  }

  @Test
  void without_usage_the_tokens_are_estimated() {
    server.next(Play.NO_USAGE);
    assertThat(embed().tokens()).isBetween(10L, 60L);
  }

  @Test
  void documents_and_queries_are_marked_as_configured() {
    List<String> tasks = provider.settings().vendor().tasks(server.model());
    String documents = tasks.isEmpty() ? "a-document" : tasks.get(0);
    String queries = tasks.isEmpty() ? "a-query" : tasks.get(1);
    boolean knowsTasks =
        !List.of("openai", "mistral", "ollama", "openai-compatible").contains(vendor);
    RemoteSettings settings =
        settings()
            .task(documents)
            .queryTask(queries)
            .documentPrefix("passage: ")
            .queryPrefix("query: ")
            .build();
    try (RemoteProvider marking = RemoteProvider.open(settings)) {
      marking.embed(List.of("fox"), TextSide.DOCUMENT);
      marking.embed(List.of("fox"), TextSide.QUERY);
    }
    assertThat(server.requests())
        .extracting(ReceivedRequest::texts)
        .containsExactly(List.of("passage: fox"), List.of("query: fox"));
    assertThat(server.requests())
        .extracting(server::taskOf)
        .containsExactly(knowsTasks ? documents : "", knowsTasks ? queries : "");
  }

  @Test
  void vectors_in_another_order_are_put_in_the_order_of_the_texts() {
    server.next(Play.SHUFFLED);
    assertVectors(TEXTS, embed());
  }

  @Test
  void absent_indices_mean_the_order_of_the_answer() {
    server.next(Play.NO_INDICES);
    assertVectors(TEXTS, embed());
  }

  @Test
  void an_alias_of_the_model_in_the_answer_does_not_matter() {
    server.next(Play.ALIAS_MODEL);
    assertVectors(TEXTS, embed());
  }

  @Test
  void a_whole_address_is_understood() {
    for (String ending : List.of("/embeddings", "/", "", VendorRules.of(vendor).path())) {
      try (RemoteProvider other =
          RemoteProvider.open(settings().baseUrl(server.baseUrl() + ending).build())) {
        assertVectors(TEXTS, other.embed(TEXTS, TextSide.DOCUMENT));
      }
    }
  }

  @Test
  void extra_headers_go_along() {
    try (RemoteProvider other =
        RemoteProvider.open(settings().header("X-Team", "search").build())) {
      other.embed(TEXTS, TextSide.DOCUMENT);
    }
    assertThat(server.requests().get(0).headers()).containsEntry("x-team", "search");
  }

  @Test
  void a_missing_key_is_unauthorised() {
    if (VendorRules.of(vendor).needsKey()) {
      try (RemoteProvider other = RemoteProvider.open(settings().apiKey(null).build())) {
        assertThat(failure(other, TextSide.DOCUMENT).kind()).isEqualTo(FailureKind.UNAUTHORISED);
      }
    }
  }

  @Test
  void a_wrong_key_is_unauthorised() {
    if (VendorRules.of(vendor).needsKey()) {
      try (RemoteProvider other =
          RemoteProvider.open(settings().apiKey(Secret.of("sk-wrong")).build())) {
        EmbeddingFailure failure = failure(other, TextSide.DOCUMENT);
        assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHORISED);
        assertThat(failure.getMessage()).containsIgnoringCase("key").doesNotContain("sk-wrong");
      }
    }
  }

  @Test
  void an_unknown_model_or_address_is_a_missing_model() {
    try (RemoteProvider other =
        RemoteProvider.open(settings().baseUrl(server.baseUrl() + "/nowhere").build())) {
      EmbeddingFailure failure = failure(other, TextSide.DOCUMENT);
      assertThat(failure.kind()).isEqualTo(FailureKind.MODEL_MISSING);
      assertThat(failure.getMessage()).contains("/nowhere");
    }
    if (!vendor.equals("tei")) {
      RemoteSettingsBuilder unknown =
          RemoteSettings.of(vendor, "no-such-model").dimensions(DIMENSIONS).timeouts(TIMEOUTS);
      unknown.baseUrl(server.baseUrl()).apiKey(Secret.of(StrictVendorServer.KEY));
      try (RemoteProvider other = RemoteProvider.open(unknown.build())) {
        assertThat(failure(other, TextSide.DOCUMENT).kind()).isEqualTo(FailureKind.MODEL_MISSING);
      }
    }
  }

  @Test
  void too_many_inputs_are_too_large() {
    server.limits(new RequestLimits(2, 1_000_000, 1_000_000));
    assertKind(Play.ANSWER, FailureKind.INPUT_TOO_LARGE);
  }

  @Test
  void too_many_tokens_are_too_large() {
    server.limits(new RequestLimits(100, 3, 1_000_000));
    assertKind(Play.ANSWER, FailureKind.INPUT_TOO_LARGE);
  }

  @Test
  void an_empty_text_is_invalid_input() {
    EmbeddingFailure failure =
        catchThrowableOfType(
            EmbeddingFailure.class, () -> provider.embed(List.of("a", ""), TextSide.DOCUMENT));
    assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_INPUT);
  }

  @Test
  void a_refused_text_is_invalid_input_and_is_not_quoted() {
    EmbeddingFailure failure = failure(Play.INVALID_INPUT);
    assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_INPUT);
    assertThat(failure.getMessage())
        .contains("cannot embed")
        .doesNotContain(TEXTS.get(0))
        .doesNotContain(StrictVendorServer.KEY)
        .doesNotContain("\n");
  }

  @Test
  void throttling_without_a_time_is_rate_limited() {
    EmbeddingFailure failure = failure(Play.RATE_LIMITED);
    assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
    assertThat(failure.retryAt()).isEmpty();
  }

  @Test
  void throttling_names_the_time_to_come_back_in_seconds_or_as_a_date() {
    for (Play play : List.of(Play.RATE_LIMITED_WITH_SECONDS, Play.RATE_LIMITED_WITH_DATE)) {
      try (RemoteProvider fresh = RemoteProvider.open(settings().build())) {
        server.next(play);
        EmbeddingFailure failure = failure(fresh, TextSide.DOCUMENT);
        assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
        Instant expected = Instant.now().plusSeconds(StrictVendorServer.RETRY_SECONDS);
        assertThat(failure.retryAt().orElseThrow())
            .isBetween(expected.minusSeconds(3), expected.plusSeconds(3));
      }
    }
  }

  @Test
  void until_the_named_time_no_request_is_sent() {
    Instant named = failure(Play.RATE_LIMITED_WITH_SECONDS).retryAt().orElseThrow();
    EmbeddingFailure held = failure(provider, TextSide.DOCUMENT);
    assertThat(held.kind()).isEqualTo(FailureKind.RATE_LIMITED);
    assertThat(held.retryAt()).contains(named);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void no_payment_is_an_exhausted_quota() {
    assertKind(Play.QUOTA_EXHAUSTED, FailureKind.QUOTA_EXHAUSTED);
  }

  @Test
  void a_size_refusal_is_too_large() {
    assertKind(Play.TOO_LARGE, FailureKind.INPUT_TOO_LARGE);
  }

  @Test
  void faults_of_the_service_are_unavailable() {
    assertKind(Play.SERVER_ERROR, FailureKind.UNAVAILABLE);
    assertKind(Play.OVERLOADED, FailureKind.UNAVAILABLE);
    assertKind(Play.RESET, FailureKind.UNAVAILABLE);
    assertKind(Play.CUT_SHORT, FailureKind.UNAVAILABLE);
  }

  @Test
  void a_server_that_is_not_there_is_unavailable() {
    server.close();
    EmbeddingFailure failure = failure(provider, TextSide.DOCUMENT);
    assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
    assertThat(failure.getMessage()).contains("127.0.0.1:" + server.port());
  }

  @Test
  void a_redirect_is_not_followed() {
    assertKind(Play.REDIRECT, FailureKind.MODEL_MISSING);
  }

  @Test
  void an_answer_that_hangs_or_drips_is_cut_at_the_timeout() {
    try (RemoteProvider impatient = RemoteProvider.open(settings().timeouts(IMPATIENT).build())) {
      for (Play play : List.of(Play.HANG, Play.DRIP)) {
        server.next(play);
        long start = System.nanoTime();
        EmbeddingFailure failure = failure(impatient, TextSide.DOCUMENT);
        assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isBetween(SHORT, SHORT.plusSeconds(3));
      }
    }
    assertVectors(TEXTS, embed());
  }

  @Test
  void a_body_that_is_no_answer_is_a_bad_response() {
    assertKind(Play.GARBAGE, FailureKind.BAD_RESPONSE);
    assertKind(Play.TRUNCATED, FailureKind.BAD_RESPONSE);
    assertKind(Play.ENDLESS, FailureKind.BAD_RESPONSE);
    assertVectors(TEXTS, embed());
  }

  @Test
  void vectors_that_are_not_one_a_text_are_a_bad_response() {
    assertKind(Play.FEWER_VECTORS, FailureKind.BAD_RESPONSE);
    if (VendorRules.of(vendor).sendsIndices()) {
      assertKind(Play.DOUBLE_INDEX, FailureKind.BAD_RESPONSE);
    }
  }

  @Test
  void vectors_that_cannot_be_compared_are_a_bad_response() {
    assertKind(Play.NOT_A_NUMBER, FailureKind.BAD_RESPONSE);
    assertKind(Play.NULL_COMPONENT, FailureKind.BAD_RESPONSE);
    assertKind(Play.ZERO_VECTOR, FailureKind.BAD_RESPONSE);
    assertKind(Play.ONE_WRONG_DIMENSION, FailureKind.BAD_RESPONSE);
  }

  @Test
  void vectors_that_all_have_another_dimension_are_of_another_space() {
    EmbeddingFailure failure = failure(Play.WRONG_DIMENSION);
    assertThat(failure.kind()).isEqualTo(FailureKind.WRONG_DIMENSIONS);
    assertThat(failure.getMessage()).contains("17").contains("16");
  }
}
