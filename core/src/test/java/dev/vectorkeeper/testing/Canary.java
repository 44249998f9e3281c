package dev.vectorkeeper.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys that tests use begin with a word of their own, which must never show: not in what tests
 * print and report ({@code scripts/canary} looks there), not in a table that they leave, not in the
 * arguments of any process of the machine while they run.
 */
public final class Canary {
  /** What every key of a test begins with. */
  public static final String MARK = "sk-" + "canary";

  private static final long LOOK_EVERY_MILLIS = 500;

  private static final String TABLES =
      """
      select format('select %L from %s t where t::text like %L', c.oid::regclass, c.oid::regclass, '%' || ? || '%')
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname not like 'pg\\_t%'
        and not exists (
          select from pg_attribute a join pg_type y on y.oid = a.atttypid
          where a.attrelid = c.oid and y.typname in ('vector', 'halfvec'))
      """;

  static {
    Thread watch = new Thread(Canary::watch, "process-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private Canary() {}

  /** Begins to look at the machine's processes, once. */
  public static void watchProcesses() {
    // the class is initialised by now
  }

  private static void watch() {
    try {
      while (true) {
        ProcessHandle.allProcesses()
            .map(ProcessHandle::info)
            .filter(info -> info.commandLine().orElse("").contains(MARK))
            .forEach(info -> System.out.println("IN A PROCESS'S ARGUMENTS: " + info.commandLine()));
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Fails if any table of a database that holds no vectors shows a key. */
  static void assertHidden(Connection session) throws SQLException {
    List<String> looks = new ArrayList<>();
    try (var tables = session.prepareStatement(TABLES)) {
      tables.setString(1, MARK);
      try (ResultSet row = tables.executeQuery()) {
        while (row.next()) {
          looks.add(row.getString(1));
        }
      }
    }
    if (looks.isEmpty()) {
      return;
    }
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(String.join(" union all ", looks))) {
      if (row.next()) {
        throw new AssertionError("a key is shown in the table " + row.getString(1));
      }
    }
  }
}
