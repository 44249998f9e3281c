package dev.vectorkeeper.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of the file with the line of each of its keys. A value that is missing or of the
 * wrong form is a problem and reads as absent, so that reading goes on to the next problem.
 */
final class Section {
  private final String path;
  private final int line;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();
  private final Problems problems;
  private final Variables variables;

  Section(String path, Node node, Problems problems, Variables variables) {
    this.path = path;
    this.line = lineOf(node);
    this.problems = problems;
    this.variables = variables;
    if (node instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
        if (values.put(key, entry.getValueNode()) != null) {
          problems.add(lineOf(entry.getKeyNode()), path(key) + " stands twice");
        }
        lines.put(key, lineOf(entry.getKeyNode()));
      }
    } else if (!isNull(node)) {
      problems.add(
          line, (path.isEmpty() ? "the file" : path) + " must be a list of \"name: value\"");
    }
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar
        && (scalar.getValue().isEmpty()
            || scalar.getValue().equals("null")
            || scalar.getValue().equals("~"))
        && scalar.getScalarStyle() == org.snakeyaml.engine.v2.common.ScalarStyle.PLAIN;
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Where the section starts, from 1. */
  int line() {
    return line;
  }

  /** Where a key stands, from 1; where the section starts when it is absent. */
  int line(String key) {
    return lines.getOrDefault(key, line);
  }

  Set<String> keys() {
    return values.keySet();
  }

  /** Reports keys that nobody reads. */
  void allow(String... known) {
    for (String key : values.keySet()) {
      if (!List.of(known).contains(key)) {
        problems.addUnknown(
            line(key), "key", path(key), List.of(known).stream().map(this::path).toList());
      }
    }
  }

  private Optional<Node> present(String key) {
    return Optional.ofNullable(values.get(key)).filter(node -> !isNull(node));
  }

  Optional<String> text(String key) {
    Optional<Node> node = present(key);
    if (node.isPresent() && !(node.get() instanceof ScalarNode)) {
      problems.add(line(key), path(key) + " must be a single value");
      return Optional.empty();
    }
    return node.map(found -> scalar((ScalarNode) found, key));
  }

  private String scalar(ScalarNode node, String key) {
    return variables.replace(
        node.getValue(),
        name ->
            problems.add(
                lineOf(node),
                "%s: the environment variable %s is not set; set it, or give a default as ${%s:…}"
                    .formatted(path(key), name, name)));
  }

  Optional<String> required(String key) {
    Optional<String> value = text(key).filter(found -> !found.isBlank());
    if (value.isEmpty() && present(key).isEmpty()) {
      problems.add(line, (path.isEmpty() ? "the file" : path) + " needs the key \"" + key + "\"");
    }
    return value;
  }

  Optional<Integer> number(String key, int least, int most) {
    return text(key)
        .flatMap(
            value -> {
              try {
                int number = Integer.parseInt(value.trim().replace("_", ""));
                if (number >= least && number <= most) {
                  return Optional.of(number);
                }
              } catch (NumberFormatException e) {
                // reported below, together with numbers out of range
              }
              problems.add(
                  line(key),
                  "%s must be a whole number from %d to %d".formatted(path(key), least, most));
              return Optional.empty();
            });
  }

  Optional<Boolean> flag(String key) {
    return choice(key, "true", "false").map(Boolean::valueOf);
  }

  Optional<String> choice(String key, String... known) {
    return text(key)
        .filter(
            value -> {
              boolean fits = List.of(known).contains(value);
              if (!fits) {
                problems.addUnknown(line(key), path(key), value, List.of(known));
              }
              return fits;
            });
  }

  /** A list of single values, or one value alone. */
  List<String> texts(String key) {
    Optional<Node> node = present(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (node.get() instanceof ScalarNode scalar) {
      return List.of(scalar(scalar, key));
    }
    List<String> found = new ArrayList<>();
    if (node.get() instanceof SequenceNode sequence) {
      for (Node item : sequence.getValue()) {
        if (item instanceof ScalarNode scalar) {
          found.add(scalar(scalar, key));
        } else {
          problems.add(lineOf(item), path(key) + " must be a list of single values");
        }
      }
    } else {
      problems.add(line(key), path(key) + " must be a list");
    }
    return found;
  }

  /** Whether a key holds names and values. */
  boolean isMapping(String key) {
    return values.get(key) instanceof MappingNode;
  }

  Optional<Section> section(String key) {
    return present(key).map(node -> new Section(path(key), node, problems, variables));
  }

  /** A list of mappings. */
  List<Section> sections(String key) {
    Optional<Node> node = present(key);
    if (node.isPresent() && !(node.get() instanceof SequenceNode)) {
      problems.add(line(key), path(key) + " must be a list");
    }
    List<Section> found = new ArrayList<>();
    if (node.isPresent() && node.get() instanceof SequenceNode sequence) {
      for (Node item : sequence.getValue()) {
        found.add(new Section(path(key) + "[" + found.size() + "]", item, problems, variables));
      }
    }
    return found;
  }

  /** Calls with the name and section of each entry below a key. */
  void each(String key, BiConsumer<String, Section> reader) {
    section(key)
        .ifPresent(
            all ->
                all.keys()
                    .forEach(
                        name ->
                            all.section(name)
                                .ifPresentOrElse(
                                    one -> reader.accept(name, one),
                                    () ->
                                        problems.add(
                                            all.line(name), all.path(name) + " is empty"))));
  }

  /**
   * Reads a value through a check that throws {@link IllegalArgumentException} with a sentence when
   * it does not fit.
   */
  <T> Optional<T> read(String key, Function<String, T> check) {
    return text(key)
        .flatMap(
            value -> {
              try {
                return Optional.of(check.apply(value));
              } catch (IllegalArgumentException e) {
                problems.add(line(key), path(key) + ": " + e.getMessage());
                return Optional.empty();
              }
            });
  }
}
