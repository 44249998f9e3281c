package dev.vectorkeeper.provider.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test starts processes of its own, because a process loads native libraries once. */
class NativeLibrariesTest {
  private static final int PATIENCE_SECONDS = 120;

  @TempDir Path root;

  private Path cache;
  private Path home;
  private Path temporary;

  @BeforeEach
  void make_directories() throws IOException {
    cache = root.resolve("cache");
    home = Files.createDirectory(root.resolve("home"));
    temporary = Files.createDirectory(root.resolve("tmp"));
  }

  @Test
  void libraries_are_unpacked_into_the_cache_once_and_nowhere_else() throws Exception {
    assertThat(finish(start())).contains("embedded 384");
    assertThat(files(home)).isEmpty();
    assertThat(files(temporary)).isEmpty();
    List<Path> unpacked = files(cache);
    assertThat(unpacked).allMatch(file -> file.startsWith(cache.resolve("native")));

    FileTime old = FileTime.from(Instant.EPOCH);
    for (Path file : unpacked) {
      Files.setLastModifiedTime(file, old);
    }
    assertThat(finish(start())).contains("embedded 384");
    assertThat(files(cache)).isEqualTo(unpacked);
    for (Path file : unpacked) {
      assertThat(Files.getLastModifiedTime(file)).isEqualTo(old);
    }
  }

  @Test
  void what_a_killed_process_left_is_repaired() throws Exception {
    finish(start());
    List<Path> whole = libraries();
    for (Path library : whole) {
      byte[] content = Files.readAllBytes(library);
      Path unfinished = library.resolveSibling(library.getFileName() + ".unfinished");
      Files.write(unfinished, content);
      Files.write(library, Arrays.copyOf(content, content.length / 2));
    }
    assertThat(finish(start())).contains("embedded 384");
    assertThat(files(cache)).noneMatch(file -> file.toString().endsWith(".unfinished"));
    assertThat(libraries()).isEqualTo(whole);
  }

  @Test
  void processes_that_start_together_do_not_disturb_each_other() throws Exception {
    List<Process> together = List.of(start(), start(), start());
    for (Process process : together) {
      assertThat(finish(process)).contains("embedded 384");
    }
  }

  @Test
  void a_directory_that_cannot_be_written_is_named() throws Exception {
    Files.writeString(cache, "a file");
    assertThat(finish(start()))
        .contains(LocalModelException.NATIVE_LIBRARY)
        .contains("cannot be unpacked into " + cache.resolve("native"));
  }

  @Test
  void neither_library_s_own_loader_nor_anything_that_reaches_out_is_loaded() throws Exception {
    String output = finish(start("-Xlog:class+load"));
    assertThat(output)
        .contains("embedded 384", "TokenizersLibrary")
        .doesNotContain("ai.djl.util", "LibUtils", "java.net.http", "HttpURLConnection ");
  }

  private Process start(String... options) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        Stream.of(
                Stream.of(java, "-Xmx512m", "-XX:-UsePerfData"),
                Stream.of("-Djava.io.tmpdir=" + temporary, "-Duser.home=" + home),
                Stream.of(options),
                Stream.of("-cp", System.getProperty("java.class.path")),
                Stream.of(EmbedOnce.class.getName(), cache.toString()))
            .flatMap(part -> part)
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HOME", home.toString());
    return builder.start();
  }

  private List<Path> libraries() throws IOException {
    return files(cache).stream()
        .filter(file -> file.getFileName().toString().contains("lib"))
        .toList();
  }

  private static String finish(Process process) throws Exception {
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new String(output, StandardCharsets.UTF_8);
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(path -> !path.equals(directory))
          .filter(path -> !Files.isDirectory(path) || !path.startsWith(directory.resolve("native")))
          .sorted()
          .toList();
    }
  }
}
