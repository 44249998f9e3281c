package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.FailureKind;
import java.util.Set;

/** Which of the closed set of failures a refusal is: the vendor's word first, then the usual. */
final class RefusalKinds {
  private static final Set<String> DIMENSIONS =
      Set.of("dimensions", "dimension", "output_dimension", "outputDimensionality");

  private static final Set<String> SETTINGS =
      Set.of(
          "model",
          "task",
          "taskType",
          "input_type",
          "prompt_name",
          "encoding_format",
          "embedding_type",
          "embedding_types",
          "truncate",
          "truncation",
          "normalized",
          "normalize");

  private RefusalKinds() {}

  static FailureKind of(Vendor vendor, Refusal refusal) {
    return vendor.kindOf(refusal).orElseGet(() -> usual(refusal));
  }

  static FailureKind usual(Refusal refusal) {
    int status = refusal.status();
    if (isUnpaid(refusal)) {
      return FailureKind.QUOTA_EXHAUSTED;
    }
    return switch (status) {
      case 401, 407 -> FailureKind.UNAUTHORISED;
      case 403 -> namesNoModel(refusal) ? FailureKind.MODEL_MISSING : FailureKind.UNAUTHORISED;
      case 404, 405, 410 -> FailureKind.MODEL_MISSING;
      case 408 -> FailureKind.TIMEOUT;
      case 409, 423, 424, 425 -> FailureKind.UNAVAILABLE;
      case 413 -> FailureKind.INPUT_TOO_LARGE;
      case 429 -> FailureKind.RATE_LIMITED;
      default -> byClass(refusal);
    };
  }

  private static FailureKind byClass(Refusal refusal) {
    if (refusal.status() >= 500) {
      return isTooLongForServer(refusal) ? FailureKind.INPUT_TOO_LARGE : FailureKind.UNAVAILABLE;
    }
    // A redirect: the address is not the service's, and no key is carried elsewhere.
    return refusal.status() < 400 ? FailureKind.MODEL_MISSING : ofInput(refusal);
  }

  private static FailureKind ofInput(Refusal refusal) {
    if (refusal.parameter().filter(DIMENSIONS::contains).isPresent()) {
      return FailureKind.WRONG_DIMENSIONS;
    }
    if (isTooLarge(refusal)) {
      return FailureKind.INPUT_TOO_LARGE;
    }
    if (namesNoModel(refusal) || refusal.parameter().filter(SETTINGS::contains).isPresent()) {
      return FailureKind.MODEL_MISSING;
    }
    return refusal.mentions("dimension") ? FailureKind.WRONG_DIMENSIONS : FailureKind.INVALID_INPUT;
  }

  private static boolean isUnpaid(Refusal refusal) {
    boolean access =
        (refusal.status() >= 401 && refusal.status() <= 403) || refusal.status() == 429;
    return refusal.status() == 402
        || (access
            && refusal.mentions("insufficient")
            && refusal.mentions("quota", "balance", "credit", "funds"));
  }

  private static boolean namesNoModel(Refusal refusal) {
    return refusal.says("model_not_found", "invalid_model")
        || (refusal.mentions("model")
            && refusal.mentions(
                "not found",
                "not exist",
                "unknown model",
                "invalid model",
                "no such model",
                "not a valid model",
                "not supported"));
  }

  private static boolean isTooLarge(Refusal refusal) {
    return isTooLongForServer(refusal)
        || refusal.says(
            "context_length_exceeded",
            "max_tokens_per_request",
            "array_above_max_length",
            "string_above_max_length",
            "too_long")
        || refusal.mentions(
            "too many tokens",
            "too many inputs",
            "too many texts",
            "too many items",
            "too many requests in one batch",
            "too long",
            "too large",
            "at most",
            "max tokens per",
            "maximum number of",
            "maximum of",
            "max batch size",
            "maximum allowed",
            "exceeds the limit",
            "exceeds the maximum");
  }

  /** What servers of one's own say, some of them with a status that means a fault of theirs. */
  private static boolean isTooLongForServer(Refusal refusal) {
    return refusal.mentions(
        "maximum context length",
        "exceeds the context length",
        "input length exceeds",
        "too large to process");
  }
}
