package dev.vectorkeeper.swap;

import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/** The names that two likes of one thing have in turn. */
final class Names {
  private static final String MOVING = "vectorkeeper_moving";

  private Names() {}

  /** The name of that which is not in use: {@code embedding__other}. */
  static String parked(String name) {
    return behind(name, "__other");
  }

  /** The name of what belongs to one profile: {@code questions__gemini}. */
  static SqlName of(SqlName name, String profile) {
    return new SqlName(
        name.schema(),
        behind(name.name(), "__" + profile.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_")));
  }

  /** What is cut keeps apart from its like by a few digits made from the whole name. */
  private static String behind(String name, String suffix) {
    if (fits(name + suffix)) {
      return name + suffix;
    }
    String end = String.format(Locale.ROOT, "_%04x", name.hashCode() & 0xffff) + suffix;
    String stem = name;
    while (!fits(stem + end)) {
      stem = stem.substring(0, stem.length() - 1);
    }
    return stem + end;
  }

  private static boolean fits(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length <= SqlName.MAX_BYTES;
  }

  /** Exchanges the names of two columns. */
  static void exchangeColumns(Handle handle, SqlName table, String one, String other) {
    String rename = "alter table " + table.sql() + " rename column ";
    Ddl.run(handle, rename + SqlName.quote(one) + " to " + SqlName.quote(MOVING));
    Ddl.run(handle, rename + SqlName.quote(other) + " to " + SqlName.quote(one));
    Ddl.run(handle, rename + SqlName.quote(MOVING) + " to " + SqlName.quote(other));
  }

  /** Exchanges the names of two views, materialised views or indexes of one schema. */
  static void exchange(Handle handle, String kind, SqlName one, String other) {
    rename(handle, kind, one, MOVING);
    rename(handle, kind, new SqlName(one.schema(), other), one.name());
    rename(handle, kind, new SqlName(one.schema(), MOVING), other);
  }

  static void rename(Handle handle, String kind, SqlName from, String to) {
    Ddl.run(handle, "alter " + kind + " " + from.sql() + " rename to " + SqlName.quote(to));
  }
}
