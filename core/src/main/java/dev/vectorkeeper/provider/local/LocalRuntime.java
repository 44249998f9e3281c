package dev.vectorkeeper.provider.local;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What all local models of a process share: the native libraries, the threads that compute and the
 * models in memory. One is enough for a process. Making one does nothing yet, and it needs no
 * closing: a model is freed when the last provider of it is closed, and idle threads end by
 * themselves.
 */
public final class LocalRuntime {
  private static final String NATIVE = "native";

  private final NativeLibraries libraries;
  private final WorkerPool pool;
  private final Map<String, LoadedModel> models = new HashMap<>();

  private LocalRuntime(NativeLibraries libraries, int threads) {
    this.libraries = libraries;
    this.pool = new WorkerPool(threads);
  }

  /**
   * A runtime with one thread a core.
   *
   * @param cacheDirectory native libraries are unpacked into its directory {@code native}
   */
  public static LocalRuntime in(Path cacheDirectory) {
    return in(cacheDirectory, Runtime.getRuntime().availableProcessors());
  }

  /** A runtime with this many threads, 1 or more. */
  public static LocalRuntime in(Path cacheDirectory, int threads) {
    return new LocalRuntime(
        NativeLibraries.in(cacheDirectory.resolve(NATIVE)), Math.max(1, threads));
  }

  WorkerPool pool() {
    return pool;
  }

  /** The model in memory, retained once for the caller. */
  synchronized LoadedModel load(Weights weights) {
    LoadedModel known = models.get(weights.key());
    if (known != null && known.retain()) {
      return known;
    }
    libraries.load();
    LoadedModel loaded = new ModelLoader(weights).load();
    models.put(weights.key(), loaded);
    return loaded;
  }
}
