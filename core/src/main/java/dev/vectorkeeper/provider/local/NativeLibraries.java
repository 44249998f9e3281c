package dev.vectorkeeper.provider.local;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The native code of the ONNX runtime and of the tokenizer, unpacked once into a directory that the
 * user allows and loaded once a process. Neither library's own loader runs: the one copies to the
 * temporary directory at each start, the other to the home directory, and may download.
 */
public final class NativeLibraries {
  /**
   * Where ONNX Runtime looks for its libraries before it unpacks any; a user's own setting is left
   * alone.
   */
  private static final String ONNX_RUNTIME_PATH = "onnxruntime.native.path";

  private static boolean loaded;

  private final Path directory;

  private NativeLibraries(Path directory) {
    this.directory = directory;
  }

  /** Libraries that are unpacked into this directory, which is made when it is first needed. */
  public static NativeLibraries in(Path directory) {
    return new NativeLibraries(directory.toAbsolutePath().normalize());
  }

  /** Where the libraries are unpacked. */
  public Path directory() {
    return directory;
  }

  /**
   * Unpacks and loads what is not loaded yet. What an earlier call in this process loaded, from
   * wherever, stays.
   *
   * @throws LocalModelException when the directory cannot be written, or the libraries do not run
   *     on this machine
   */
  public void load() {
    synchronized (NativeLibraries.class) {
      if (!loaded) {
        loadAll(NativePlatform.current());
        loaded = true;
      }
    }
  }

  private void loadAll(NativePlatform platform) {
    try {
      loadTokenizers(platform);
      loadOnnxRuntime(platform);
    } catch (IOException e) {
      throw new LocalModelException(
          LocalModelException.NATIVE_LIBRARY,
          "The native libraries of local models cannot be unpacked into %s (%s). Make it writable for this user, or name another cache directory."
              .formatted(directory, reason(e)),
          e);
    } catch (LinkageError e) {
      throw new LocalModelException(
          LocalModelException.NATIVE_LIBRARY,
          "The native libraries of local models in %s cannot be loaded (%s). The directory must be on a file system that allows execution, and Linux needs glibc. Otherwise use a remote provider."
              .formatted(directory, e.getMessage()),
          e);
    }
  }

  // The paths are the project's own: from its jars, by their checksums.
  private void loadTokenizers(NativePlatform platform) throws IOException {
    List<NativeFile> files =
        find(TokenizersLibrary.class, platform.tokenizersFolder(), platform.tokenizersFiles());
    for (Path file : unpack("tokenizers", files)) {
      System.load(file.toString());
    }
  }

  private void loadOnnxRuntime(NativePlatform platform) throws IOException {
    if (System.getProperty(ONNX_RUNTIME_PATH) != null) {
      OrtEnvironment.getEnvironment();
      return;
    }
    List<NativeFile> files =
        find(OrtEnvironment.class, platform.onnxRuntimeFolder(), platform.onnxRuntimeFiles());
    Path folder = unpack("onnxruntime", files).get(0).getParent();
    System.setProperty(ONNX_RUNTIME_PATH, String.valueOf(folder));
    try {
      OrtEnvironment.getEnvironment();
    } finally {
      System.clearProperty(ONNX_RUNTIME_PATH);
    }
  }

  private List<Path> unpack(String library, List<NativeFile> files) throws IOException {
    NativeFile main = files.get(files.size() - 1);
    Path folder = directory.resolve("%s-%08x".formatted(library, main.checksum()));
    List<Path> unpacked = new ArrayList<>();
    for (NativeFile file : files) {
      unpacked.add(file.unpackInto(folder));
    }
    return unpacked;
  }

  private static List<NativeFile> find(Class<?> beside, String folder, List<String> names)
      throws IOException {
    List<NativeFile> files = new ArrayList<>();
    for (String name : names) {
      URL resource = beside.getResource(folder + name);
      if (resource == null) {
        throw new LocalModelException(
            LocalModelException.NATIVE_LIBRARY,
            "Local models do not run on this platform: the class path has no %s. Use a remote provider."
                .formatted(folder + name));
      }
      files.add(NativeFile.of(resource));
    }
    return files;
  }

  private String reason(IOException e) {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      return "it is not a directory";
    }
    return e.getClass().getSimpleName().replaceAll("(IO)?Exception$", "")
        + ": "
        + String.valueOf(e.getMessage());
  }
}
