package dev.vectorkeeper.app.server;

import java.util.Map;

/** A group of endpoints. */
public interface Api {
  /** What answers each operation, by its name in the document. */
  Map<String, Call.Handler> handlers();
}
