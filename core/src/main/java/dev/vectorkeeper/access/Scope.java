package dev.vectorkeeper.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do. None of them includes another. */
public enum Scope {
  /** See how everything stands. */
  READ,
  /** Search, and embed texts. */
  SEARCH,
  /** Change something. */
  OPERATE;

  /** The scope of a name, in lower case. */
  public static Optional<Scope> named(String name) {
    return Arrays.stream(values()).filter(scope -> scope.toString().equals(name)).findFirst();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
