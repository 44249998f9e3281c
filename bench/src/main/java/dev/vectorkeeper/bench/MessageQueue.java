package dev.vectorkeeper.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A queue as pgmq has it: a table of messages, read with skip locked by putting off the time at
 * which they are seen again, then deleted. The table and both statements are those of pgmq's SQL.
 */
final class MessageQueue {
  private static final String CREATE =
      """
      create table messages (
        msg_id bigint generated always as identity primary key,
        read_ct integer not null default 0,
        enqueued_at timestamptz not null default now(),
        vt timestamptz not null,
        message jsonb);
      create index on messages (vt);
      """;

  private static final String FILL =
      """
      insert into messages (vt, message)
      select clock_timestamp(), jsonb_build_object('key', n::text) from generate_series(1, %d) n
      """;

  private static final String READ =
      """
      with cte as (
        select msg_id from messages where vt <= clock_timestamp()
        order by msg_id asc limit ? for update skip locked)
      update messages m
      set vt = clock_timestamp() + make_interval(secs => 60), read_ct = read_ct + 1
      from cte where m.msg_id = cte.msg_id
      returning m.msg_id, m.read_ct, m.enqueued_at, m.vt, m.message
      """;

  private static final String DELETE =
      "delete from messages where msg_id = any (?) returning msg_id";

  private final BenchDatabase database;
  private final int batch;

  MessageQueue(BenchDatabase database, int batch) {
    this.database = database;
    this.batch = batch;
  }

  void create() {
    database.sql(CREATE);
  }

  void fill(int count) {
    database.sql("truncate messages", FILL.formatted(count), "vacuum analyze messages");
  }

  /** A reader: reads a batch and deletes it, each in its own transaction, until none is left. */
  void work(AtomicInteger left) throws SQLException {
    try (Connection session = database.session();
        PreparedStatement read = session.prepareStatement(READ);
        PreparedStatement delete = session.prepareStatement(DELETE)) {
      while (left.get() > 0) {
        List<Long> ids = read(read);
        if (ids.isEmpty()) {
          Thread.yield();
        } else {
          delete.setArray(1, session.createArrayOf("bigint", ids.toArray()));
          delete.executeQuery().close();
          left.addAndGet(-ids.size());
        }
      }
    }
  }

  private List<Long> read(PreparedStatement read) throws SQLException {
    read.setInt(1, batch);
    List<Long> ids = new ArrayList<>();
    try (ResultSet row = read.executeQuery()) {
      while (row.next()) {
        ids.add(row.getLong(1));
        row.getString(5);
      }
    }
    return ids;
  }
}
