package dev.vectorkeeper.app.demo;

import dev.vectorkeeper.postgres.Database;
import java.util.List;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The demo's table of real text, as an application's would be. */
final class EntriesTable {
  private static final String CREATE =
      """
      create table if not exists public.entries (
        id             bigint primary key,
        word           text not null,
        part_of_speech text not null,
        gloss          text not null,
        looked_up      integer not null default 0,
        retired_at     timestamptz
      )
      """;

  private static final String INSERT =
      """
      insert into public.entries (id, word, part_of_speech, gloss) values (:id, :word, :partOfSpeech, :gloss)
      on conflict (id) do update set word = excluded.word, gloss = excluded.gloss
      where (entries.word, entries.gloss) is distinct from (excluded.word, excluded.gloss)
      """;

  private static final int BATCH = 2_000;

  private final Database database;

  EntriesTable(Database database) {
    this.database = database;
  }

  /** Makes the table hold just so many glosses; the second time there is little to do. */
  void fill(int rows) {
    List<WordNet.Entry> entries = WordNet.entries(rows);
    database.jdbi().useHandle(handle -> handle.execute(CREATE));
    database
        .jdbi()
        .useTransaction(
            handle -> {
              handle
                  .createUpdate("delete from public.entries where not id = any (:ids)")
                  .bindArray("ids", Long.class, entries.stream().map(WordNet.Entry::id).toList())
                  .execute();
              for (int from = 0; from < entries.size(); from += BATCH) {
                PreparedBatch batch = handle.prepareBatch(INSERT);
                for (WordNet.Entry entry :
                    entries.subList(from, Math.min(entries.size(), from + BATCH))) {
                  batch.bind("id", entry.id()).bind("word", entry.word());
                  batch
                      .bind("partOfSpeech", entry.partOfSpeech())
                      .bind("gloss", entry.gloss())
                      .add();
                }
                batch.execute();
              }
            });
    database.jdbi().useHandle(handle -> handle.execute("analyze public.entries"));
  }

  long count() {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle.createQuery("select count(*) from public.entries").mapTo(Long.class).one());
  }

  /** The number of a word's first meaning. */
  long idOf(String word) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "select id from public.entries where word = :word order by id limit 1")
                    .bind("word", word)
                    .mapTo(Long.class)
                    .one());
  }
}
