package dev.vectorkeeper.provider.remote.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {

  private static Answer read(String body) {
    return AnswerReader.read(body.getBytes(StandardCharsets.UTF_8), 2, 3);
  }

  private static List<float[]> accepted(String body) {
    return AnswerCheck.accept(read(body), 2, 3, false);
  }

  private static String base64(float... vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":[{\"embedding\":[1,2,3],\"index\":0},{\"embedding\":[4,5e0,6.0],\"index\":1}]}",
        "{\"data\":[{\"index\":1,\"embedding\":[4,5,6]},{\"index\":0,\"embedding\":[1,2,3]}]}",
        "{\"data\":[{\"embedding\":[1,2,3]},{\"embedding\":[4,5,6]}],\"x\":{\"data\":[7]}}",
        "{\"embeddings\":[{\"values\":[1,2,3]},{\"values\":[4,5,6]}]}",
        "{\"embeddings\":{\"int8\":[[9]],\"float\":[[1,2,3],[4,5,6]],\"b\":null}}",
        "{\"model\":\"m\",\"embeddings\":[[1,2,3],[4,5,6]]}",
        " [[1,2,3],\n [4,5,6]]\n"
      })
  void every_form_of_an_answer_is_read(String body) {
    assertThat(accepted(body)).containsExactly(new float[] {1, 2, 3}, new float[] {4, 5, 6});
  }

  @Test
  void base64_is_read_of_any_length_and_with_escaped_slashes() {
    // Bytes that are all ones come out as slashes, which some writers escape.
    float slashes = Float.intBitsToFloat(0x3FFFFFFF);
    String text = base64(slashes, slashes, slashes);
    assertThat(text).contains("/");
    String body = "[\"%s\",\"%s\"]".formatted(text, text.replace("/", "\\/"));
    float[] expected = {slashes, slashes, slashes};
    assertThat(accepted(body)).containsExactly(expected, expected);
    assertThat(read("[\"%s\"]".formatted(base64(1, 2))).items().get(0).vector())
        .containsExactly(1, 2);
    assertThat(read("[\"%s\"]".formatted(base64(1, 2, 3, 4))).items().get(0).vector())
        .containsExactly(1, 2, 3, 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":[],\"usage\":{\"prompt_tokens\":42,\"total_tokens\":42}}",
        "{\"data\":[],\"usage\":{\"details\":{\"total_tokens\":99},\"total_tokens\":42}}",
        "{\"meta\":{\"billed_units\":{\"input_tokens\":42}}}",
        "{\"prompt_eval_count\":42}",
        "{\"usageMetadata\":{\"promptTokenCount\":42}}"
      })
  void the_tokens_are_found_where_a_vendor_puts_them(String body) {
    assertThat(read(body).tokens()).hasValue(42);
  }

  @Test
  void what_was_charged_is_found_where_it_is_a_price() {
    assertThat(read("{\"data\":[],\"usage\":{\"cost\":0.0125,\"total_tokens\":42}}").usd())
        .hasValue(new BigDecimal("0.0125"));
    for (String none : List.of("null", "-1", "\"2\"", "1e300", "{\"cost\":2}", "[1]")) {
      Answer answer = read("{\"data\":[],\"usage\":{\"cost\":" + none + ",\"total_tokens\":42}}");
      assertThat(answer.usd()).as(none).isEmpty();
      assertThat(answer.tokens()).hasValue(42);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "null",
        "\"text\"",
        "{\"data\":[[1,2,3],[4,5,6]]",
        "[[1,2,3],[4,5,6]]]",
        "[[1,2,3],[4,5,6]]{}",
        "[[1,2,3],[4,5,NaN]]",
        "[[1,2,3],[4,5,null]]",
        "[[1,2,3],[4,5,\"6\"]]",
        "[[1,2,3],[4,5,[6]]]",
        "[[1,2,3],null]",
        "[[1,2,3],{\"index\":1}]",
        "[[1,2,3],\"not base64!\"]",
        "[[1,2,3],\"QUJD\"]",
        "[[1,2,3]]",
        "[[1,2,3],[4,5,6],[7,8,9]]",
        "[[1,2,3],[4,5]]",
        "[[1,2,3],[0,0,0]]",
        "[[1,2,3],[4,5,1e99]]",
        "[[],[]]",
        "[{\"index\":0,\"embedding\":[1,2,3]},{\"embedding\":[1,2,3]}]",
        "[{\"index\":0,\"embedding\":[1,2,3]},{\"index\":0,\"embedding\":[1,2,3]}]",
        "[{\"index\":1,\"embedding\":[1,2,3]},{\"index\":2,\"embedding\":[1,2,3]}]",
        "[{\"index\":-7,\"embedding\":[1,2,3]},{\"index\":1,\"embedding\":[1,2,3]}]"
      })
  void what_is_no_whole_answer_is_a_bad_response(String body) {
    EmbeddingFailure failure = catchThrowableOfType(EmbeddingFailure.class, () -> accepted(body));
    assertThat(failure.kind()).isEqualTo(FailureKind.BAD_RESPONSE);
  }

  @Test
  void all_vectors_of_another_dimension_are_of_another_space() {
    EmbeddingFailure failure =
        catchThrowableOfType(EmbeddingFailure.class, () -> accepted("[[1,2,3,4],[5,6,7,8]]"));
    assertThat(failure.kind()).isEqualTo(FailureKind.WRONG_DIMENSIONS);
    assertThat(failure).hasMessageContaining("4").hasMessageContaining("3");
  }

  @Test
  void an_error_in_place_of_an_answer_is_seen() {
    assertThat(read("{\"error\":{\"code\":429}}").refusal()).isTrue();
    assertThat(read("{\"error\":null,\"data\":[]}").refusal()).isFalse();
  }

  @Test
  void vectors_are_scaled_where_that_is_wanted() {
    List<float[]> vectors = AnswerCheck.accept(read("[[3,0,4],[0,1,0]]"), 2, 3, true);
    assertThat(vectors).containsExactly(new float[] {0.6f, 0, 0.8f}, new float[] {0, 1, 0});
  }
}
