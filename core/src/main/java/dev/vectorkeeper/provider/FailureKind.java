package dev.vectorkeeper.provider;

/**
 * The closed set of ways in which an embedding request can fail, each with its stable code and its
 * one disposition.
 */
public enum FailureKind {
  RATE_LIMITED("VK-P01", Disposition.WAIT),
  UNAVAILABLE("VK-P02", Disposition.RETRY),
  TIMEOUT("VK-P03", Disposition.RETRY),
  UNAUTHORISED("VK-P04", Disposition.PAUSE),
  QUOTA_EXHAUSTED("VK-P05", Disposition.PAUSE),
  MODEL_MISSING("VK-P06", Disposition.PAUSE),
  INPUT_TOO_LARGE("VK-P07", Disposition.SPLIT),
  INVALID_INPUT("VK-P08", Disposition.SPLIT),
  BAD_RESPONSE("VK-P09", Disposition.RETRY),
  WRONG_DIMENSIONS("VK-P10", Disposition.PAUSE),
  /** Nobody was asked, because what a run may spend does not pay for the request. */
  BUDGET_SPENT("VK-P11", Disposition.WAIT);

  /** What the engine does about a failure. */
  public enum Disposition {
    /** Try again at the time that the provider named, without spending an attempt. */
    WAIT,
    /** Try again with backoff and jitter, spending an attempt of each row. */
    RETRY,
    /** Halve the request until the text that is refused stands alone, and bury that one. */
    SPLIT,
    /** Stop calling for this profile until somebody resumes it; no attempt is spent. */
    PAUSE
  }

  private final String code;
  private final Disposition disposition;

  FailureKind(String code, Disposition disposition) {
    this.code = code;
    this.disposition = disposition;
  }

  /** The stable code, as listed in docs/errors.md. */
  public String code() {
    return code;
  }

  /** What the engine does about a failure of this kind. */
  public Disposition disposition() {
    return disposition;
  }
}
