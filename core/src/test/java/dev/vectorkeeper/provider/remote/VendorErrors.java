package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Refusals in the words and forms of each vendor. */
final class VendorErrors {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String vendor;

  VendorErrors(String vendor) {
    this.vendor = vendor;
  }

  /** A refusal: a status and a body. */
  record Error(int status, String body) {}

  Error wrongKey() {
    return vendor.equals("gemini")
        ? error(400, "INVALID_ARGUMENT", "API_KEY_INVALID", "API key not valid. Please pass one.")
        : error(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.");
  }

  Error unknownModel(String model) {
    return error(404, "NOT_FOUND", "model_not_found", "The model '" + model + "' does not exist");
  }

  Error tooLarge() {
    return switch (vendor) {
      case "mistral" ->
          error(400, "invalid_request_prompt", "3210", "Too many tokens in batch, split it");
      case "tei" ->
          error(422, "Validation", "batch", "batch size 33 > maximum allowed batch size 32");
      case "openrouter" -> error(413, "payload", "413", "Payload Too Large");
      case "gemini" ->
          error(400, "INVALID_ARGUMENT", "BATCH", "at most 100 requests can be in one batch");
      case "cohere" ->
          error(400, "", "", "invalid request: total number of texts must be at most 96");
      case "ollama" -> error(400, "", "", "the input length exceeds the context length");
      default -> error(400, "invalid_request_error", "max_tokens_per_request", "too many tokens");
    };
  }

  Error quotaExhausted() {
    return switch (vendor) {
      case "openai" ->
          error(429, "insufficient_quota", "insufficient_quota", "You exceeded your quota.");
      case "jina" -> error(403, "forbidden", "", "insufficient account balance");
      default -> error(402, "billing", "402", "Payment required");
    };
  }

  Error error(int status, String type, String code, String message) {
    ObjectNode body = JSON.createObjectNode();
    switch (vendor) {
      case "gemini" -> {
        ObjectNode error = body.putObject("error");
        error.put("code", status).put("message", message).put("status", type);
        error.putArray("details").addObject().put("reason", code);
      }
      case "openrouter" -> body.putObject("error").put("code", status).put("message", message);
      case "voyage" -> body.put("detail", message);
      case "cohere" -> body.put("message", message);
      case "mistral" ->
          body.put("object", "error")
              .put("message", message)
              .put("type", type)
              .putNull("param")
              .put("code", code);
      case "ollama" -> body.put("error", message);
      case "tei" -> body.put("error", message).put("error_type", type);
      default ->
          body.putObject("error")
              .put("message", message)
              .put("type", type)
              .putNull("param")
              .put("code", code);
    }
    return new Error(status, body.toString());
  }
}
