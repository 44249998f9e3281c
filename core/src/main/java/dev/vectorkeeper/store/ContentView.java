package dev.vectorkeeper.store;

import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition.Content;
import org.jdbi.v3.core.Handle;

/**
 * The view {@code vectorkeeper.source_N}: a row's key, its rendered text and the hash of that. It
 * is the one SQL by which text is rendered and hashed, at read and at write, and it goes on working
 * when columns or the table are renamed.
 */
public final class ContentView {
  private static final String CREATE =
      """
      create view {view} as
      select {keys}, t.content,
             sha256(convert_to(t.content{chunking}, 'UTF8')) as content_hash
      from {table} s
      cross join lateral (select case when ({filter}
        ) and {hasText} then {text} end as content) t
      """;

  private ContentView() {}

  /** Whether a source has its view. */
  public static boolean isThere(Handle handle, Source source) {
    return handle
        .createQuery("select to_regclass(:view) is not null")
        .bind("view", source.content().sql())
        .mapTo(Boolean.class)
        .one();
  }

  /** Makes the view anew. */
  public static void create(Handle handle, Source source, SqlName table, Content content) {
    String chunking =
        content
            .chunking()
            .map(c -> " || " + SqlName.literal("\u001f" + c.maxTokens() + "/" + c.overlap()))
            .orElse("");
    Ddl.run(handle, "drop view if exists " + source.content().sql());
    Ddl.run(
        handle,
        SqlText.of(CREATE)
            .with("view", source.content())
            .with(
                "keys",
                source
                    .keys()
                    .join(
                        ", ",
                        i ->
                            "s."
                                + SqlName.quote(source.keys().columns().get(i - 1).name())
                                + " as k"
                                + i))
            .with("chunking", chunking)
            .with("table", table)
            .with("filter", content.where().orElse("true"))
            .with("hasText", content.text().hasTextSql())
            .with("text", content.text().sql())
            .sql());
  }
}
