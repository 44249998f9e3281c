package dev.vectorkeeper.provider.remote;

/** What a {@link StrictVendorServer} does with a request that it has received. */
public enum Play {
  /** Answer as the vendor would: refuse what it would refuse, else send vectors. */
  ANSWER,
  /** 429 and no word on when to come back. */
  RATE_LIMITED,
  /** 429 with {@code retry-after} in seconds: {@link StrictVendorServer#RETRY_SECONDS}. */
  RATE_LIMITED_WITH_SECONDS,
  /** 429 with {@code retry-after} as a date, that many seconds ahead. */
  RATE_LIMITED_WITH_DATE,
  /** The vendor's way of saying that nobody pays any more. */
  QUOTA_EXHAUSTED,
  /** 400 for the input, quoting the first text and the key in the reason. */
  INVALID_INPUT,
  /** 400, 413 or 422 for too large a request, in the vendor's own words. */
  TOO_LARGE,
  SERVER_ERROR,
  OVERLOADED,
  REDIRECT,
  /** Take the request and say nothing. */
  HANG,
  /** Break the connection with a reset. */
  RESET,
  /** Send the headers, then a byte now and then. */
  DRIP,
  /** Status 200 and no JSON. */
  GARBAGE,
  /** Whole by its length, but JSON that ends in the middle. */
  TRUNCATED,
  /** Fewer bytes than announced, then the end of the connection. */
  CUT_SHORT,
  FEWER_VECTORS,
  WRONG_DIMENSION,
  ONE_WRONG_DIMENSION,
  NOT_A_NUMBER,
  NULL_COMPONENT,
  ZERO_VECTOR,
  /** Vectors in another order, with their indices where the vendor sends indices. */
  SHUFFLED,
  /** The same index twice. */
  DOUBLE_INDEX,
  NO_INDICES,
  NO_USAGE,
  /** Another name of the model in the answer. */
  ALIAS_MODEL,
  /** A body that goes on for gigabytes. */
  ENDLESS
}
