package dev.vectorkeeper.importing;

import dev.vectorkeeper.importing.Functions.Function;
import dev.vectorkeeper.importing.TextGuess.Certainty;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Finds the text that vectors were made of: first in the functions that make or queue them, then by
 * the columns' names, at last by their length.
 */
final class Texts {
  private static final List<String> CHOSEN =
      List.of(
          "embedding_text",
          "embed_text",
          "text_to_embed",
          "embedding_input",
          "embedding_content",
          "search_text",
          "searchable_text");

  private static final List<String> WHOLE =
      List.of("content", "body", "text", "message", "chunk", "chunk_text", "document");
  private static final List<String> HEADS =
      List.of("title", "name", "headline", "subject", "question");
  private static final List<String> TAILS =
      List.of(
          "description",
          "content",
          "body",
          "summary",
          "overview",
          "text",
          "answer",
          "details",
          "abstract");

  private static final String LENGTH =
      "select coalesce(avg(length(c.{column})), 0) from (select {column} from {table} where {column} is not null limit 500) c";

  /** In characters; shorter ones are names rather than texts. */
  private static final int SHORT = 12;

  private final Handle handle;
  private final List<Function> functions;

  Texts(Handle handle, List<Function> functions) {
    this.handle = handle;
    this.functions = functions;
  }

  /** The text, unless no column of the table can be it. */
  Optional<TextGuess> of(SourceTable table, VectorColumn vectors) {
    List<String> columns = TextColumns.of(table);
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    return told(table, vectors, columns)
        .or(() -> only(columns))
        .or(() -> named(table, vectors, columns))
        .or(() -> longest(table, columns));
  }

  private Optional<TextGuess> told(SourceTable table, VectorColumn vectors, List<String> columns) {
    Set<String> mentioned = new LinkedHashSet<>();
    List<Function> makers =
        functions.stream().filter(f -> f.concerns(table, vectors.name())).toList();
    for (Function function : makers) {
      Optional<String> joined = new Concatenation(table).in(function.body());
      if (joined.isPresent()) {
        return Optional.of(
            new TextGuess(
                joined.get(),
                Certainty.SURE,
                "the function " + function.name() + " joins it so",
                columns));
      }
      columns.stream().filter(function::mentions).forEach(mentioned::add);
    }
    return mentioned.size() == 1
        ? Optional.of(
            new TextGuess(
                mentioned.iterator().next(),
                Certainty.SURE,
                "it is the one text that is used by "
                    + String.join(", ", makers.stream().map(Function::name).toList()),
                List.of()))
        : Optional.empty();
  }

  private static Optional<TextGuess> only(List<String> columns) {
    return columns.size() == 1
        ? Optional.of(
            new TextGuess(
                columns.get(0), Certainty.LIKELY, "it is the one text of the table", List.of()))
        : Optional.empty();
  }

  private Optional<TextGuess> named(SourceTable table, VectorColumn vectors, List<String> columns) {
    Optional<String> stem = vectors.stem().flatMap(s -> one(columns, List.of(s)));
    if (stem.isPresent()) {
      return Optional.of(likely(stem.get(), "it is called as the vectors are", columns));
    }
    Optional<String> chosen = one(columns, CHOSEN);
    if (chosen.isPresent()) {
      return Optional.of(
          new TextGuess(
              chosen.get(), Certainty.SURE, "its name says that it is embedded", List.of()));
    }
    Optional<String> whole = one(columns, WHOLE);
    Optional<String> head = one(columns, HEADS);
    List<String> pairs =
        head.stream()
            .flatMap(
                h ->
                    one(columns.stream().filter(c -> !c.equals(h)).toList(), TAILS).stream()
                        .flatMap(t -> pairs(h, t)))
            .toList();
    if (whole.isPresent()) {
      return Optional.of(likely(whole.get(), "its name is that of a text", concat(pairs, columns)));
    }
    List<String> texts =
        columns.stream().filter(c -> c.toLowerCase(Locale.ROOT).endsWith("_text")).toList();
    if (texts.size() == 1) {
      return Optional.of(likely(texts.get(0), "its name is that of a text", columns));
    }
    return pairs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TextGuess(
                pairs.get(0),
                columns.size() == 2 ? Certainty.LIKELY : Certainty.GUESS,
                "the names go together; what stands between the two is not known",
                concat(pairs.subList(1, pairs.size()), columns)));
  }

  private static Stream<String> pairs(String head, String tail) {
    return Stream.of(" ", "\n", "\n\n", ": ", ". ", " - ")
        .map(between -> "{" + head + "}" + between + "{" + tail + "}");
  }

  private static TextGuess likely(String column, String why, List<String> columns) {
    return new TextGuess(column, Certainty.LIKELY, why, columns);
  }

  private static List<String> concat(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).distinct().toList();
  }

  private static Optional<String> one(List<String> columns, List<String> names) {
    return names.stream()
        .flatMap(name -> columns.stream().filter(c -> c.equalsIgnoreCase(name)))
        .findFirst();
  }

  private Optional<TextGuess> longest(SourceTable table, List<String> columns) {
    List<String> long_ = new ArrayList<>();
    double most = SHORT;
    for (String column : columns) {
      double length = length(table, column);
      if (length >= most) {
        most = length;
        long_.add(0, column);
      }
    }
    double longest = most;
    return long_.stream()
        .findFirst()
        .map(
            column ->
                new TextGuess(
                    column,
                    Certainty.GUESS,
                    "its values are the longest, %.0f characters on average".formatted(longest),
                    columns));
  }

  private double length(SourceTable table, String column) {
    return handle
        .createQuery(
            Written.sql(LENGTH, "column", SqlName.quote(column), "table", table.name().sql()))
        .mapTo(Double.class)
        .one();
  }
}
