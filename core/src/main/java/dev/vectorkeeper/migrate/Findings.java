package dev.vectorkeeper.migrate;

import dev.vectorkeeper.migrate.Finding.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The lines of a plan as they are found, numbered. */
final class Findings {
  private final List<Finding> all = new ArrayList<>();

  void add(String topic, Level level, String format, Object... values) {
    all.add(new Finding(all.size() + 1, topic, level, String.format(Locale.ROOT, format, values)));
  }

  List<Finding> all() {
    return List.copyOf(all);
  }
}
