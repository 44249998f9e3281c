package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.FailureKind;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalKindsTest {

  private static Refusal refusal(int status, String body, String... texts) {
    HttpAnswer answer =
        new HttpAnswer(
            status,
            HttpHeaders.of(Map.of(), (name, value) -> true),
            body.getBytes(StandardCharsets.UTF_8));
    return RefusalReader.read(answer, w -> new Reason(List.of()).clean(w, List.of(texts)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          openai | 429 | {"error":{"type":"insufficient_quota","code":"insufficient_quota"}} | QUOTA_EXHAUSTED
          openai | 429 | {"error":{"type":"tokens","code":"rate_limit_exceeded"}} | RATE_LIMITED
          openai | 403 | {"error":{"code":"model_not_found","message":"no access to model x"}} | MODEL_MISSING
          openai | 400 | {"error":{"message":"This model's maximum context length is 8192 tokens"}} | INPUT_TOO_LARGE
          openai | 400 | {"error":{"message":"Invalid 'input': array too long"}} | INPUT_TOO_LARGE
          openai | 400 | {"error":{"message":"not for this model","param":"dimensions"}} | WRONG_DIMENSIONS
          openai | 400 | {"error":{"message":"'$.input' is invalid","param":"input"}} | INVALID_INPUT
          openrouter | 402 | {"error":{"code":402,"message":"Insufficient credits"}} | QUOTA_EXHAUSTED
          openrouter | 524 | {"error":{"code":524,"message":"timeout"}} | UNAVAILABLE
          openrouter | 529 | {"error":{"code":529,"message":"overloaded"}} | UNAVAILABLE
          openrouter | 403 | {"error":{"code":403,"message":"your input was flagged"}} | INVALID_INPUT
          openrouter | 200 | {"error":{"code":429,"message":"upstream is busy"}} | RATE_LIMITED
          openrouter | 200 | {"error":{"message":"upstream broke"}} | UNAVAILABLE
          jina | 422 | {"detail":[{"loc":["body","task"],"msg":"unknown","input":"x"}]} | MODEL_MISSING
          jina | 403 | {"detail":"Insufficient account balance"} | QUOTA_EXHAUSTED
          gemini | 400 | {"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}} | UNAUTHORISED
          gemini | 400 | [{"error":{"code":400,"message":"at most 100 requests"}}] | INPUT_TOO_LARGE
          gemini | 429 | {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}} | RATE_LIMITED
          voyage | 400 | {"detail":"The request has too many tokens"} | INPUT_TOO_LARGE
          voyage | 400 | {"detail":"Model foo is not supported"} | MODEL_MISSING
          cohere | 429 | {"message":"a Trial key is limited to 1000 API calls / month"} | QUOTA_EXHAUSTED
          cohere | 400 | {"message":"total number of texts must be at most 96"} | INPUT_TOO_LARGE
          mistral | 400 | {"object":"error","message":"whatever","code":"3210"} | INPUT_TOO_LARGE
          mistral | 400 | {"object":"error","message":"Invalid model: x","type":"invalid_model"} | MODEL_MISSING
          mistral | 422 | {"message":{"detail":[{"loc":["body","input"],"msg":"bad"}]}} | INVALID_INPUT
          ollama | 404 | {"error":"model \\"x\\" not found, try pulling it first"} | MODEL_MISSING
          ollama | 400 | {"error":"the input length exceeds the context length"} | INPUT_TOO_LARGE
          tei | 422 | {"error":"batch size 64 > maximum allowed batch size 32"} | INPUT_TOO_LARGE
          tei | 424 | {"error":"backend","error_type":"Backend"} | UNAVAILABLE
          openai-compatible | 500 | {"error":{"message":"input is too large to process"}} | INPUT_TOO_LARGE
          openai-compatible | 408 | no JSON | TIMEOUT
          openai-compatible | 502 | <html>Bad Gateway</html> | UNAVAILABLE
          """)
  void each_vendors_refusals_are_of_the_closed_set(
      String vendor, int status, String body, FailureKind kind) {
    Refusal refusal = refusal(status, body);
    assertThat(RefusalKinds.of(Vendors.named(vendor), refusal)).isEqualTo(kind);
  }

  @Test
  void the_words_of_a_text_do_not_decide_its_kind() {
    String text = "the maximum context length is too large";
    Refusal refusal = refusal(400, "{\"error\":\"cannot read '%s'\"}".formatted(text), text);
    assertThat(refusal.reason()).isEqualTo("cannot read '[the text]'");
    assertThat(RefusalKinds.usual(refusal)).isEqualTo(FailureKind.INVALID_INPUT);
  }

  @Test
  void googles_details_name_the_time_to_wait() {
    Refusal refusal =
        refusal(429, "{\"error\":{\"message\":\"m\",\"details\":[{\"retryDelay\":\"12.5s\"}]}}");
    assertThat(refusal.retryDelay()).hasMillis(12_500);
  }
}
