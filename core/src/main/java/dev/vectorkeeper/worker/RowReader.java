package dev.vectorkeeper.worker;

import dev.vectorkeeper.postgres.DataFault;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.store.ContentRow;
import dev.vectorkeeper.store.VectorStore;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * Reads what rows say. A row on which the user's filter or text fails is found by halving and fails
 * alone.
 */
final class RowReader {
  /**
   * Rows, sorted by what is to be done.
   *
   * @param toEmbed rows whose text is not the stored one
   * @param twins keys of rows that can take the vector of an equal text
   * @param foreign keys of rows whose vector the application wrote itself
   * @param toRemove keys whose vector must go
   * @param unchanged keys for which nothing is to be done
   * @param unreadable rows on which the filter or the text fails
   */
  record Rows(
      List<ContentRow> toEmbed,
      List<String> twins,
      List<String> foreign,
      List<String> toRemove,
      List<String> unchanged,
      List<RowFailure> unreadable) {}

  private final Jdbi jdbi;
  private final VectorStore store;

  RowReader(Jdbi jdbi, VectorStore store) {
    this.jdbi = jdbi;
    this.store = store;
  }

  Rows read(List<String> keys) {
    Rows rows =
        new Rows(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    read(keys, rows);
    return rows;
  }

  private void read(List<String> keys, Rows rows) {
    List<ContentRow> found;
    try {
      found = jdbi.withHandle(handle -> store.read(handle, keys));
    } catch (JdbiException e) {
      divide(keys, DataFault.of(e).orElseThrow(() -> e), rows);
      return;
    }
    for (ContentRow row : found) {
      if (row.isUnchanged()) {
        rows.unchanged().add(row.key());
      } else if (row.isToRemove()) {
        rows.toRemove().add(row.key());
      } else if (row.foreign()) {
        rows.foreign().add(row.key());
      } else if (row.twin()) {
        rows.twins().add(row.key());
      } else {
        rows.toEmbed().add(row);
      }
    }
  }

  private void divide(List<String> keys, SQLException cause, Rows rows) {
    if (keys.size() == 1) {
      String message =
          "The row's filter or text fails: "
              + String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      rows.unreadable()
          .add(
              new RowFailure(
                  keys.get(0), new EmbeddingFailure(FailureKind.INVALID_INPUT, message)));
      return;
    }
    int middle = keys.size() / 2;
    read(keys.subList(0, middle), rows);
    read(keys.subList(middle, keys.size()), rows);
  }
}
