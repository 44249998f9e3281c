package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Finds out which rows were meant to have vectors: those that are not deleted, and, where the
 * others have none, those that are active.
 */
final class Filters {
  private static final Pattern DELETED_AT = Pattern.compile("(deleted|removed)(_at|_on|at)?");
  private static final Pattern GONE_AT =
      Pattern.compile(
          "(withdrawn|archived|retired|discarded|trashed|unpublished|hidden|disabled|closed)_at");
  private static final Pattern DELETED =
      Pattern.compile("(is_)?(deleted|removed|archived|hidden|disabled)");
  private static final Pattern ACTIVE =
      Pattern.compile("(is_)?(active|enabled|published|visible|live)");
  private static final Pattern STATUS = Pattern.compile("(\\w+_)?(status|state)");

  private static final String COUNTS =
      """
      select count(*) filter (where ({condition}) is true), count(*) filter (where ({condition}) is true and {has}),
             count(*) filter (where ({condition}) is not true), count(*) filter (where ({condition}) is not true and {has})
      from {table} s
      """;

  private static final String VALUES =
      """
      select s.{column}::text as value, count(*) filter (where {has}) as having
      from {table} s where s.{column} is not null group by 1 order by 1 limit 21
      """;

  private static final int MANY_VALUES = 20;

  /**
   * Rows by a condition and by whether they have vectors.
   *
   * @param in rows that pass
   * @param inWith those of them that have a vector
   * @param out rows that do not
   * @param outWith those of them that have one
   */
  private record Counts(long in, long inWith, long out, long outWith) {
    boolean speaks() {
      return out > 0 && outWith == 0 && inWith > 0 && inWith * 2 >= in;
    }
  }

  private final Handle handle;

  Filters(Handle handle) {
    this.handle = handle;
  }

  /** The conditions that hold together; none where all rows are meant. */
  List<FilterGuess> of(Handmade found) {
    List<FilterGuess> guesses = new ArrayList<>();
    for (Column column : found.rows().columns()) {
      if (!column.name().equals(found.vectors().name())) {
        of(found, column).ifPresent(guesses::add);
      }
    }
    return guesses;
  }

  private Optional<FilterGuess> of(Handmade found, Column column) {
    String name = column.name().toLowerCase(Locale.ROOT);
    String written = Written.identifier(column.name());
    String type = column.type();
    if ((type.startsWith("timestamp") || type.equals("date"))
        && DELETED_AT.matcher(name).matches()) {
      Counts counts = counts(found, written + " is null");
      return Optional.of(
          new FilterGuess(
              written + " is null",
              "%,d rows are deleted, %,d of them have a vector"
                  .formatted(counts.out(), counts.outWith()),
              counts.outWith()));
    }
    if (type.startsWith("timestamp") && GONE_AT.matcher(name).matches()) {
      return evident(found, written + " is null");
    }
    if (type.equals("boolean") && ACTIVE.matcher(name).matches()) {
      return evident(found, written);
    }
    if (type.equals("boolean") && DELETED.matcher(name).matches()) {
      return evident(found, "not " + written);
    }
    return STATUS.matcher(name).matches() ? status(found, column, written) : Optional.empty();
  }

  private Optional<FilterGuess> evident(Handmade found, String condition) {
    Counts counts = counts(found, condition);
    return counts.speaks()
        ? Optional.of(
            new FilterGuess(
                condition, "none of the %,d other rows has a vector".formatted(counts.out()), 0))
        : Optional.empty();
  }

  private Optional<FilterGuess> status(Handmade found, Column column, String written) {
    SourceTable table = found.rows();
    record Value(String value, long having) {}
    List<Value> values =
        handle
            .createQuery(
                Written.sql(
                    VALUES,
                    "column",
                    SqlName.quote(column.name()),
                    "has",
                    found.hasVector(),
                    "table",
                    table.name().sql()))
            .map((row, context) -> new Value(row.getString("value"), row.getLong("having")))
            .list();
    List<String> having =
        values.stream()
            .filter(value -> value.having() > 0)
            .map(value -> SqlName.literal(value.value()))
            .toList();
    if (having.isEmpty() || having.size() == values.size() || values.size() > MANY_VALUES) {
      return Optional.empty();
    }
    return evident(
        found,
        having.size() == 1
            ? written + " = " + having.get(0)
            : having.stream().collect(Collectors.joining(", ", written + " in (", ")")));
  }

  private Counts counts(Handmade found, String condition) {
    return handle
        .createQuery(
            Written.sql(
                COUNTS,
                "condition",
                condition,
                "has",
                found.hasVector(),
                "table",
                found.rows().name().sql()))
        .map(
            (row, context) ->
                new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)))
        .one();
  }
}
