package dev.vectorkeeper.declare;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Recording.Noted;
import dev.vectorkeeper.postgres.SqlName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A script that an administrator runs: what was noted, with headings and with what it needs. */
final class ScriptText {
  /** What a statement is there for. */
  enum Section {
    /** Transactions and their locks. */
    FRAME(""),
    CATALOG("Rows of the catalog"),
    BESIDE("Beside the tables: tables and views of vectors, search functions, settings"),
    CAPTURE("Capture: the change log, the view of texts, trigger functions, triggers"),
    DERIVED("Derived vectors");

    private final String heading;

    Section(String heading) {
      this.heading = heading;
    }

    static Section of(Noted noted) {
      if (noted.bound()) {
        return CATALOG;
      }
      if (noted.begins() || noted.commits() || noted.sql().startsWith("set local ")) {
        return FRAME;
      }
      String owner = noted.owner().replaceFirst("^dev\\.vectorkeeper\\.", "");
      return switch (owner.replaceFirst("\\..*", "")) {
        case "capture" -> CAPTURE;
        case "store" -> owner.startsWith("store.ContentView") ? CAPTURE : BESIDE;
        case "activation", "queue" -> BESIDE;
        case "derived" -> DERIVED;
        default -> FRAME;
      };
    }
  }

  private static final String RUNNING =
      """
      -- Run it with psql -v ON_ERROR_STOP=1. Where a table stays locked by others it gives up soon; what is left then is
      -- printed when you print it again.
      """;

  private final Database database;
  private final StringBuilder comments = new StringBuilder();
  private final StringBuilder statements = new StringBuilder();

  ScriptText(Database database, String what) {
    this.database = database;
    comments
        .append("-- This ")
        .append(oneLine(what))
        .append(", in the database ")
        .append(oneLine(database.url().toString()))
        .append(" alone: it holds numbers of its tables and rows.\n");
    comments.append(RUNNING);
  }

  /** Says what the script will do. */
  void changes(List<String> sentences) {
    if (!sentences.isEmpty()) {
      comments.append("-- It will:\n");
      sentences.forEach(sentence -> comment("  - " + sentence));
    }
  }

  void comment(String sentence) {
    comments.append("-- ").append(oneLine(sentence)).append('\n');
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\R|\\p{Cntrl}", " ");
  }

  void plain(String sql) {
    statements.append('\n').append(sql);
  }

  /**
   * Adds those of some sections.
   *
   * @param numbers what must have come out at the end of the last transaction, else that does not
   *     happen
   */
  void statements(List<Noted> noted, Set<Section> wanted, List<GivenNumbers.Number> numbers) {
    List<Noted> transaction = new ArrayList<>();
    for (int i = 0; i < noted.size(); i++) {
      Noted statement = noted.get(i);
      if (wanted.contains(Section.of(statement))) {
        transaction.add(statement);
      }
      if (statement.commits()) {
        add(transaction, i == noted.size() - 1 ? numbers : List.of());
        transaction.clear();
      }
    }
  }

  private void add(List<Noted> transaction, List<GivenNumbers.Number> numbers) {
    if (transaction.stream().map(Section::of).allMatch(Section.FRAME::equals)) {
      return;
    }
    boolean derived = transaction.stream().map(Section::of).anyMatch(Section.DERIVED::equals);
    Section last = Section.FRAME;
    for (Noted statement : transaction) {
      Section own = Section.of(statement);
      Section section = derived && own != Section.FRAME ? Section.DERIVED : own;
      if (section != last && section != Section.FRAME) {
        statements.append("\n-- ").append(section.heading).append("\n\n");
        last = section;
      }
      if (statement.commits() && !numbers.isEmpty()) {
        statements.append('\n').append(GivenNumbers.check(numbers)).append(";\n");
      }
      statements.append(statement.begins() ? "\n" : "").append(statement.sql()).append(";\n");
    }
  }

  @Override
  public String toString() {
    if (statements.isEmpty()) {
      return comments + "-- There is nothing to run.\n";
    }
    return comments
        + "\nset role "
        + SqlName.quote(database.server().role())
        + ";\n"
        + database.settings()
        + ";\n"
        + statements;
  }
}
