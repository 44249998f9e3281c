package dev.vectorkeeper.provider.local;

import dev.vectorkeeper.VectorkeeperException;
import org.jspecify.annotations.Nullable;

/**
 * A local model that cannot be used: which file or setting is at fault, and what to do about it.
 */
public final class LocalModelException extends VectorkeeperException {
  private static final long serialVersionUID = 1L;

  /** The code for a name that is neither a bundled model nor a directory. */
  public static final String UNKNOWN_MODEL = "VK-L01";

  /** The code for a file of a model that is missing or may not be read. */
  public static final String FILE_MISSING = "VK-L02";

  /** The code for a file of a model that can be read but not understood. */
  public static final String FILE_UNUSABLE = "VK-L03";

  /** The code for a native library that cannot be unpacked or loaded. */
  public static final String NATIVE_LIBRARY = "VK-L04";

  /** The code for a setting that the model cannot serve. */
  public static final String SETTING = "VK-L05";

  LocalModelException(String code, String message, @Nullable Throwable cause) {
    super(code, message);
    if (cause != null) {
      initCause(cause);
    }
  }

  LocalModelException(String code, String message) {
    this(code, message, null);
  }
}
