package dev.vectorkeeper.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.postgres.SqlName;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The key of a source: its columns, which the engine calls k1, k2, … wherever the tables are its
 * own, and the one text form in which a key travels through queues, reports and messages. A key of
 * one column is that column's text; a key of several is a JSON array of texts.
 */
public final class RowKeys {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<KeyColumn> columns;

  public RowKeys(List<KeyColumn> columns) {
    this.columns = List.copyOf(columns);
  }

  public List<KeyColumn> columns() {
    return columns;
  }

  /** {@code k1, k2} with an alias before each, as in {@code s.k1, s.k2}. */
  public String list(String alias) {
    return join(", ", i -> k(alias, i));
  }

  /** The names in the collections' tables, quoted, with an alias before each. */
  public String targets(String alias) {
    return join(", ", i -> target(alias, i));
  }

  /** {@code a.k1 = b.k1 and a.k2 = b.k2}. */
  public String equal(String left, String right) {
    return join(" and ", i -> k(left, i) + " = " + k(right, i));
  }

  /** {@code c."id" = w.k1 and …}: the collection's table joined to engine-side keys. */
  public String targetEqual(String collection, String right) {
    return join(" and ", i -> target(collection, i) + " = " + k(right, i));
  }

  /** {@code c."id" = o."id" and …}: a row in two tables that name the key as collections do. */
  public String targetsEqual(String left, String right) {
    return join(" and ", i -> target(left, i) + " = " + target(right, i));
  }

  /**
   * The row of a content view for each key of {@code other}, as a lateral {@code from} item. The
   * offset keeps the planner from rendering any row but those: a filter that fails on another row
   * would fail here too.
   */
  public String looked(SqlName content, String other) {
    return "lateral (select * from "
        + content.sql()
        + " x where "
        + equal("x", other)
        + " offset 0)";
  }

  /** Declarations such as {@code k1 bigint, k2 uuid}. */
  public String declarations() {
    return join(", ", i -> "k" + i + " " + columns.get(i - 1).type());
  }

  /** The text form of a key as an SQL expression over an alias. */
  public String text(String alias) {
    if (columns.size() == 1) {
      return k(alias, 1) + "::text";
    }
    return "jsonb_build_array(" + join(", ", i -> k(alias, i) + "::text") + ")::text";
  }

  /** The text form of a key as an SQL expression over the names in the collections' tables. */
  public String targetText(String alias) {
    return columns.size() == 1
        ? target(alias, 1) + "::text"
        : "jsonb_build_array(" + join(", ", i -> target(alias, i) + "::text") + ")::text";
  }

  /** The names in the collections' tables as {@code k1, k2, …}. */
  public String named(String alias) {
    return join(", ", i -> target(alias, i) + " as k" + i);
  }

  /** A row comparison such as {@code (s.k1, s.k2) > (cast(:low1 as bigint), …)}. */
  public String compare(String alias, String operator, String parameter) {
    return "("
        + list(alias)
        + ") "
        + operator
        + " ("
        + join(", ", i -> "cast(:" + parameter + i + " as " + columns.get(i - 1).type() + ")")
        + ")";
  }

  /** The same over the names in the collections' tables. */
  public String targetCompare(String alias, String operator, String parameter) {
    return "("
        + targets(alias)
        + ")"
        + compare("x", operator, parameter).substring(list("x").length() + 2);
  }

  /** A set of keys that {@link #bind} fills, as a {@code from} item named {@code w}. */
  public String unnested() {
    return unnested("", "");
  }

  /**
   * The same with more columns beside the keys.
   *
   * @param arrays their arrays, each after a comma
   * @param names their names, each after a comma
   */
  public String unnested(String arrays, String names) {
    return "unnest("
        + join(
            ", ",
            i -> "cast(cast(:keys" + i + " as text[]) as " + columns.get(i - 1).type() + "[])")
        + arrays
        + ") with ordinality as w("
        + join(", ", i -> "k" + i)
        + names
        + ", ord)";
  }

  /** Binds a list of keys in their text form to {@link #unnested()}. */
  public <T extends SqlStatement<T>> T bind(T statement, List<String> keys) {
    String[][] parts = new String[columns.size()][keys.size()];
    for (int row = 0; row < keys.size(); row++) {
      String[] key = split(keys.get(row));
      for (int i = 0; i < key.length; i++) {
        parts[i][row] = key[i];
      }
    }
    for (int i = 0; i < parts.length; i++) {
      statement.bindArray("keys" + (i + 1), String.class, (Object[]) parts[i]);
    }
    return statement;
  }

  /** Binds one key to {@link #compare}. */
  public <T extends SqlStatement<T>> T bindOne(T statement, String parameter, String key) {
    String[] parts = split(key);
    for (int i = 0; i < parts.length; i++) {
      statement.bind(parameter + (i + 1), parts[i]);
    }
    return statement;
  }

  /** The key's columns as texts. */
  public String[] split(String key) {
    if (columns.size() == 1) {
      return new String[] {key};
    }
    try {
      String[] parts = JSON.readValue(key, String[].class);
      if (parts.length != columns.size()) {
        throw new IllegalArgumentException(
            "the key " + key + " needs " + columns.size() + " values");
      }
      return parts;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the key " + key + " is not a JSON array of texts", e);
    }
  }

  /** Joins one piece of SQL a column, numbered from 1. */
  public String join(String separator, Function<Integer, String> piece) {
    return IntStream.rangeClosed(1, columns.size())
        .boxed()
        .map(piece)
        .collect(Collectors.joining(separator));
  }

  private String target(String alias, int i) {
    String name = SqlName.quote(columns.get(i - 1).target());
    return alias.isEmpty() ? name : alias + "." + name;
  }

  private static String k(String alias, int i) {
    return alias.isEmpty() ? "k" + i : alias + ".k" + i;
  }
}
