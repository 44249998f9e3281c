package dev.vectorkeeper;

/**
 * A failure that a person can act on: a stable code, and a message of whole sentences that names
 * the thing, its place and the way out.
 */
public class VectorkeeperException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * A failure without a lower cause.
   *
   * @param code the stable code, such as {@code VK-E01}
   * @param message whole sentences for the person who runs the program; never a secret
   */
  public VectorkeeperException(String code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * A failure that another one brought about.
   *
   * @param code the stable code, such as {@code VK-E01}
   * @param message whole sentences for the person who runs the program; never a secret
   * @param cause the lower failure
   */
  public VectorkeeperException(String code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The stable code of this failure, which its page in the documentation is found by. */
  public String code() {
    return code;
  }
}
