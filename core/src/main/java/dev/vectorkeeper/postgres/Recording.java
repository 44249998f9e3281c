package dev.vectorkeeper.postgres;

import dev.vectorkeeper.VectorkeeperException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session that writes down what it is told to change, and changes nothing. Data definition
 * ({@link Ddl#run}) is noted and not carried out, so that nothing of the user's is ever locked;
 * statements with bound values are carried out, so that what follows finds their rows, in one
 * transaction that is rolled back in the end; what only reads is not noted.
 */
public final class Recording implements AutoCloseable {
  private static final String BEGIN = "begin";

  private static final String COMMIT = "commit";

  private static final String ENGINE = "dev.vectorkeeper.";

  private static final StackWalker STACK = StackWalker.getInstance();

  /** The number that the next row gets; alter sequence is undone by a rollback, nextval is not. */
  private static final String RESTART =
      """
      do $restart$
      declare
        own text := pg_get_serial_sequence(%1$s, %2$s);
        next bigint;
      begin
        execute 'select last_value + case when is_called then 1 else 0 end from ' || own into next;
        execute 'alter sequence ' || own || ' restart with ' || next;
      end $restart$
      """;

  /**
   * A statement that was noted.
   *
   * @param owner the class of the engine, outside of this package, that ran it
   * @param sql its text, with its values as literals
   * @param bound whether it had bound values
   */
  public record Noted(String owner, String sql, boolean bound) {
    public boolean begins() {
      return sql.equals(BEGIN);
    }

    public boolean commits() {
      return sql.equals(COMMIT);
    }
  }

  private final Connection session;
  private final Database database;
  private final List<Noted> noted = new ArrayList<>();
  private boolean inTransaction;

  private Recording(Database original, Connection session) {
    this.session = session;
    Connection recorder = proxy(Connection.class, this::onSession);
    Thread owner = Thread.currentThread();
    this.database =
        original.through(
            () -> {
              // Who watches from another thread would end this one's transaction.
              if (Thread.currentThread() != owner) {
                throw new SQLException("a recording belongs to one thread");
              }
              return recorder;
            });
  }

  /** Begins in a session of its own. */
  public static Recording of(Database database) {
    try {
      Connection session = database.dedicatedSession();
      session.setAutoCommit(false);
      try (Statement statement = session.createStatement()) {
        // Another apply may be at work on the same rows.
        statement.execute("set local lock_timeout = '10s'");
      }
      return new Recording(database, session);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** The database as those see it whose statements are to be noted. */
  public Database database() {
    return database;
  }

  /**
   * Numbers that are given to rows of a table from now on are given again afterwards.
   *
   * @param table a table of the catalog
   * @param column its identity column
   */
  public void keepNumbers(SqlName table, String column) {
    try (Statement statement = session.createStatement()) {
      statement.execute(RESTART.formatted(SqlName.literal(table.sql()), SqlName.literal(column)));
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** What was noted since it was asked for last; transactions in which nothing was are left out. */
  public List<Noted> take() {
    List<Noted> taken = List.copyOf(noted);
    noted.clear();
    return taken;
  }

  private static VectorkeeperException failed(SQLException e) {
    return new VectorkeeperException(
        "VK-D08", "What would be run could not be found out: %s".formatted(e.getMessage()), e);
  }

  private void note(String sql, boolean bound) {
    noted.add(new Noted(owner(), sql.strip(), bound));
  }

  private static String owner() {
    return STACK.walk(
        frames ->
            frames
                .map(StackWalker.StackFrame::getClassName)
                .filter(name -> name.startsWith(ENGINE) && !name.startsWith(ENGINE + "postgres."))
                .findFirst()
                .orElse(""));
  }

  private interface Handler {
    @Nullable Object handle(Method method, Object[] arguments) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(self);
                  case "equals" -> self == arguments[0];
                  default -> handler.handle(method, arguments == null ? new Object[0] : arguments);
                }));
  }

  private static @Nullable Object pass(Object target, Method method, Object[] arguments)
      throws SQLException {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof SQLException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable Object onSession(Method method, Object[] arguments) throws SQLException {
    switch (method.getName()) {
      case "setAutoCommit" -> {
        boolean begins = Boolean.FALSE.equals(arguments[0]);
        if (begins && !inTransaction) {
          note(BEGIN, false);
        }
        inTransaction = begins;
        return null;
      }
      case "getAutoCommit" -> {
        return !inTransaction;
      }
      case "commit" -> {
        end();
        return null;
      }
      case "rollback", "close", "setReadOnly", "setTransactionIsolation" -> {
        return null;
      }
      case "createStatement" -> {
        return proxy(Statement.class, this::onDefinition);
      }
      case "prepareStatement" -> {
        PreparedStatement real =
            (PreparedStatement) Objects.requireNonNull(pass(session, method, arguments));
        return proxy(PreparedStatement.class, (m, a) -> onPrepared(real, m, a));
      }
      default -> {
        return pass(session, method, arguments);
      }
    }
  }

  private void end() {
    int last = noted.size() - 1;
    if (last >= 0 && noted.get(last).begins()) {
      noted.remove(last);
    } else {
      note(COMMIT, false);
    }
  }

  private @Nullable Object onDefinition(Method method, Object[] arguments) {
    switch (method.getName()) {
      case "execute" -> {
        note((String) arguments[0], false);
        return false;
      }
      case "close" -> {
        return null;
      }
      default -> throw new IllegalStateException("not foreseen: " + method);
    }
  }

  private @Nullable Object onPrepared(PreparedStatement real, Method method, Object[] arguments)
      throws SQLException {
    Object result = pass(real, method, arguments);
    if (method.getName().equals("execute") && Boolean.FALSE.equals(result)) {
      // The driver writes the values into the text as literals.
      note(real.toString(), true);
    }
    return result;
  }

  /** Undoes what was carried out. */
  @Override
  public void close() {
    try (Connection closing = session) {
      closing.rollback();
    } catch (SQLException e) {
      throw failed(e);
    }
  }
}
