package dev.vectorkeeper.examples;

/**
 * What a command did.
 *
 * @param status its exit status
 * @param out what it printed
 * @param err what it printed as errors
 */
public record Ran(int status, String out, String err) {
  /** All that it printed. */
  public String all() {
    return out + err;
  }
}
