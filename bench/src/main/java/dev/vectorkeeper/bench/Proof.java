package dev.vectorkeeper.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Writes docs/proof.md: each line that is to be proven, with what was seen in this run. The
 * evidence is a test's result, a bench's line or a command's output; a line without any stands as
 * not run.
 */
public final class Proof {
  private record Line(String topic, String text, String kind, String reference) {}

  private record Seen(String verdict, String figure) {}

  private final Path root;
  private final Path results;
  private final String size;
  private final Map<String, List<Element>> tests = new LinkedHashMap<>();

  private Proof(Path root, Path results, String size) {
    this.root = root;
    this.results = results;
    this.size = size;
  }

  /**
   * Writes the page.
   *
   * @param arguments the project's directory, the directory with this run's results, and the size
   *     that the tests ran at, full unless told
   */
  public static void main(String[] arguments)
      throws IOException, ParserConfigurationException, SAXException {
    Proof proof =
        new Proof(
            Path.of(arguments[0]),
            Path.of(arguments[1]),
            arguments.length > 2 ? arguments[2] : "full");
    proof.readTests();
    proof.write();
  }

  private void readTests() throws IOException, ParserConfigurationException, SAXException {
    for (String module : List.of("core", "app")) {
      Path reports = root.resolve(module).resolve("target/surefire-reports");
      if (!Files.isDirectory(reports)) {
        continue;
      }
      try (Stream<Path> files = Files.list(reports)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".xml")).sorted().toList()) {
          read(file);
        }
      }
    }
  }

  private void read(Path file) throws IOException, ParserConfigurationException, SAXException {
    Document document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    NodeList cases = document.getElementsByTagName("testcase");
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      String type = test.getAttribute("classname");
      String simple = type.substring(type.lastIndexOf('.') + 1).replaceFirst("[$\\[].*", "");
      tests.computeIfAbsent(simple, name -> new ArrayList<>()).add(test);
    }
  }

  private void write() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append("# Proof\n\nWritten by `make proof` on ").append(LocalDate.now()).append(", on ");
    page.append(Runtime.getRuntime().availableProcessors()).append(" cores, Java ");
    page.append(System.getProperty("java.version"));
    page.append(
        ". Tests ran at %s size against a real PostgreSQL with pgvector; ratios were measured side by side in one run. A line that has not been run says so.\n"
            .formatted(size));
    String topic = "";
    for (String row : Files.readAllLines(root.resolve("scripts/proof-lines.tsv"))) {
      if (row.isBlank() || row.startsWith("#")) {
        continue;
      }
      String[] parts = row.split("\t");
      Line line = new Line(parts[0], parts[1], parts[2], parts[3]);
      if (!line.topic().equals(topic)) {
        topic = line.topic();
        page.append("\n## ").append(topic).append("\n\n| line | seen | figure |\n|---|---|---|\n");
      }
      Seen seen = seen(line);
      page.append("| ").append(line.text()).append(" | ").append(seen.verdict()).append(" | ");
      page.append(seen.figure()).append(" |\n");
    }
    Path bench = results.resolve("bench.md");
    if (Files.exists(bench)) {
      page.append("\n## Ratios\n\n").append(Files.readString(bench));
    }
    Files.writeString(root.resolve("docs/proof.md"), page);
  }

  private Seen seen(Line line) throws IOException {
    return switch (line.kind()) {
      case "test" -> ofTests(line.reference());
      case "bench" -> ofBench(line.reference());
      case "command" -> ofCommand(line.reference());
      default -> throw new IllegalArgumentException("unknown kind of evidence: " + line.kind());
    };
  }

  /** {@code Class} for all its tests, or {@code Class#method}; several separated by spaces. */
  private Seen ofTests(String reference) {
    int passed = 0;
    double seconds = 0;
    for (String one : reference.split(" ")) {
      String[] parts = one.split("#", 2);
      List<Element> found =
          tests.getOrDefault(parts[0], List.of()).stream()
              .filter(test -> parts.length == 1 || test.getAttribute("name").startsWith(parts[1]))
              .toList();
      if (found.isEmpty()) {
        return new Seen("not run", "no result of " + one);
      }
      for (Element test : found) {
        if (test.getElementsByTagName("failure").getLength() > 0
            || test.getElementsByTagName("error").getLength() > 0) {
          return new Seen("**failed**", test.getAttribute("name"));
        }
        passed++;
        seconds += Double.parseDouble(test.getAttribute("time").replace(",", ""));
      }
    }
    return new Seen(
        "yes", "%d %s passed in %.0f s".formatted(passed, passed == 1 ? "test" : "tests", seconds));
  }

  private Seen ofBench(String id) throws IOException {
    Path bench = results.resolve("bench.md");
    if (!Files.exists(bench)) {
      return new Seen("not run", "");
    }
    for (String row : Files.readAllLines(bench)) {
      String[] cells = row.split("\\|");
      if (cells.length > 7 && cells[1].trim().equals(id)) {
        boolean met = cells[7].trim().startsWith("yes") || cells[7].trim().equals("met");
        return new Seen(
            met ? "yes" : "**" + cells[7].trim() + "**",
            "ratio " + cells[5].trim() + ", required " + cells[6].trim());
      }
    }
    return new Seen("not run", "");
  }

  /** A file of results whose first line is the exit status and whose second is the figure. */
  private Seen ofCommand(String name) throws IOException {
    Path file = results.resolve(name + ".txt");
    if (!Files.exists(file)) {
      return new Seen("not run", "");
    }
    List<String> lines = Files.readAllLines(file);
    return new Seen(
        lines.get(0).equals("0") ? "yes" : "**no**", lines.size() > 1 ? lines.get(1) : "");
  }
}
