package dev.vectorkeeper.bench;

/** A table of an application's, with two secondary indexes, which may become a source. */
final class EntryTable {
  private static final String CREATE =
      """
      create table %1$s (
        id bigint primary key, word text not null, gloss text not null, note text,
        looked_up integer not null default 0, added_at timestamptz not null default now()
      ) with (autovacuum_enabled = false);
      create index on %1$s (word);
      create index on %1$s (added_at);
      """;

  private static final String FILL =
      """
      insert into %s (id, word, gloss, note) select id, word, gloss, word from texts
      """;

  private EntryTable() {}

  /** Makes it empty. */
  static void create(BenchDatabase database, String table) {
    database.sql(CREATE.formatted(table));
  }

  /** The statement that fills it from the table {@code texts}; {@code %s} stands for its name. */
  static String fill() {
    return FILL.strip();
  }
}
