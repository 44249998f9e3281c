package dev.vectorkeeper.postgres;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Keeps the pool from closing a session because a statement used what PostgreSQL does not support
 * (SQLSTATE 0A000): a user's filter may, and the session is as good as before.
 */
public final class KeptSessions implements SQLExceptionOverride {
  @java.lang.Override
  public Override adjudicate(SQLException e) {
    return "0A000".equals(e.getSQLState()) ? Override.DO_NOT_EVICT : Override.CONTINUE_EVICT;
  }
}
