package dev.vectorkeeper.provider.local;

import java.util.List;
import java.util.Locale;

/**
 * The operating system and processor that native libraries are chosen for, in the words of the two
 * libraries' jars.
 *
 * @param system {@code linux}, {@code osx} or {@code win}
 * @param arm whether the processor is 64 bit ARM, else it is 64 bit x86
 */
record NativePlatform(String system, boolean arm) {

  static NativePlatform current() {
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = name.contains("mac") ? "osx" : name.contains("win") ? "win" : "linux";
    return new NativePlatform(system, processor.equals("aarch64") || processor.equals("arm64"));
  }

  /** The folder in ONNX Runtime's jar. */
  String onnxRuntimeFolder() {
    return "/ai/onnxruntime/native/" + system + (arm ? "-aarch64/" : "-x64/");
  }

  /** The folder in the tokenizer's jar. */
  String tokenizersFolder() {
    return "/native/lib/" + system + (arm ? "-aarch64" : "-x86_64") + "/cpu/";
  }

  /** ONNX Runtime's files. */
  List<String> onnxRuntimeFiles() {
    return List.of(file("onnxruntime"), file("onnxruntime4j_jni"));
  }

  /** The tokenizer's files, each after those that it needs. */
  List<String> tokenizersFiles() {
    return system.equals("win")
        ? List.of(
            "libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", file("tokenizers"))
        : List.of(file("tokenizers"));
  }

  private String file(String library) {
    return switch (system) {
      case "win" -> library + ".dll";
      case "osx" -> "lib" + library + ".dylib";
      default -> "lib" + library + ".so";
    };
  }
}
