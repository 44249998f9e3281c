package dev.vectorkeeper.declare;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The numbers that the catalog gives to sources, collections and derived vectors. Names of tables
 * and texts of functions hold them, so that a script is only right as long as they come out so.
 */
final class GivenNumbers {
  /** The tables whose rows are given numbers by {@code apply}, with the column that holds them. */
  static final Map<String, String> COLUMNS =
      Map.of(
          "profile", "profile_id",
          "source", "source_id",
          "collection", "collection_id",
          "derived", "derived_id",
          "backfill", "backfill_id");

  private static final String NUMBERS =
      """
      select 'source' as kind, s.name, s.source_id as number from vectorkeeper.source s
      union all
      select 'collection', s.name || '/' || p.name, c.collection_id
      from vectorkeeper.collection c join vectorkeeper.source s using (source_id) join vectorkeeper.profile p using (profile_id)
      union all
      select 'derived', d.name, d.derived_id from vectorkeeper.derived d
      """;

  private static final String CHECK =
      """
      do $numbers$
      begin
        if exists (
          select from (values {numbers}) expected (kind, name, number)
          where (kind, name, number) not in ({actual}))
        then
          raise exception 'The catalog has changed since this was printed. Print it again.';
        end if;
      end $numbers$""";

  /**
   * A number.
   *
   * @param kind of what
   * @param name its name
   * @param number its number
   */
  record Number(String kind, String name, int number) {}

  private GivenNumbers() {}

  static List<Number> read(Database database) {
    return new ArrayList<>(
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(NUMBERS)
                        .map(
                            (row, context) ->
                                new Number(row.getString(1), row.getString(2), row.getInt(3)))
                        .list()));
  }

  /** A statement that fails unless the catalog has given these numbers. */
  static String check(List<Number> numbers) {
    String values =
        numbers.stream()
            .map(
                n ->
                    "(%s, %s, %d)"
                        .formatted(
                            SqlName.literal(n.kind()), SqlName.literal(n.name()), n.number()))
            .collect(Collectors.joining(", "));
    return SqlText.of(CHECK).with("numbers", values).with("actual", NUMBERS.strip()).sql();
  }
}
