package dev.vectorkeeper.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows the README from top to bottom: its SQL, its file and every command, in order. */
class ReadmePgTest {
  private static final Path ROOT = Path.of("..");

  private record Block(String language, String text) {}

  @TempDir private Path directory;

  @Test
  void every_command_of_the_readme_does_what_it_says() throws Exception {
    try (TestDatabase test = TestDatabase.bare()) {
      Shell shell = new Shell(Map.of("DATABASE_URL", libpqUrl(test)), directory);
      Thread worker = null;
      List<String> seen = new ArrayList<>();
      for (Block block : blocks()) {
        switch (block.language()) {
          case "sql" -> test.sql(block.text());
          case "yaml" -> Files.writeString(shell.file(), block.text());
          case "sh" -> {
            for (String command : block.text().lines().toList()) {
              if (command.equals("make demo")) {
                assertThat(Files.readString(ROOT.resolve("Makefile")))
                    .contains("\ndemo:")
                    .contains("\ntest:");
              } else if (command.equals("vectorkeeper worker")) {
                worker = new Thread(() -> shell.run("worker"));
                worker.start();
              } else {
                seen.add(runs(shell, command));
              }
            }
          }
          default -> {}
        }
      }
      await()
          .until(
              () ->
                  test.column(
                          "select title from articles_embeddings_active join articles using (id) order by 1")
                      .equals(List.of("Sourdough", "Tomatoes")));
      worker.interrupt();
      worker.join();
      assertThat(seen)
          .anySatisfy(out -> assertThat(out.lines().findFirst().orElse("")).contains("Sourdough"));
    }
  }

  private static String runs(Shell shell, String command) {
    Shell.Ran ran = shell.run(words(command.replaceFirst("^vectorkeeper ", "")));
    assertThat(ran.status()).as(command + "\n" + ran.all()).isZero();
    return ran.out();
  }

  private static String[] words(String command) {
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(command);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    return words.toArray(String[]::new);
  }

  private static List<Block> blocks() throws IOException {
    Matcher block =
        Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$")
            .matcher(Files.readString(ROOT.resolve("README.md")));
    List<Block> found = new ArrayList<>();
    while (block.find()) {
      found.add(new Block(block.group(1), block.group(2)));
    }
    return found;
  }

  static String libpqUrl(TestDatabase test) {
    Properties properties = test.url().properties();
    return test.url()
        .jdbcUrl()
        .replace(
            "jdbc:postgresql://",
            "postgresql://"
                + properties.getProperty("user")
                + ":"
                + properties.getProperty("password", "")
                + "@");
  }
}
