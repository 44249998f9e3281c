package dev.vectorkeeper.store;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Server;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Reads what rows say and what is stored for them, writes vectors under the fence, and rechecks
 * afterwards, for one collection. Each method is one statement's worth of work in the caller's
 * transaction.
 */
public interface VectorStore {
  /** The store of a collection, wherever its vectors are. */
  static VectorStore of(Collection collection, Server server) {
    return collection.column().isPresent()
        ? new ColumnStore(collection, server)
        : new CollectionStore(collection, server);
  }

  /** How many rows one transaction may write, so that nobody waits for them for long. */
  default int rowsAtOnce(Handle handle) {
    return Integer.MAX_VALUE;
  }

  /**
   * What the source says of each key now.
   *
   * @param rowKeys keys in their text form
   * @return one row a key, in the same order
   */
  List<ContentRow> read(Handle handle, List<String> rowKeys);

  /**
   * Stores vectors whose row still has the text that was embedded. Several vectors of one key are
   * its chunks, in order and complete.
   *
   * @return how many vectors were stored
   */
  int write(Handle handle, List<EmbeddedText> vectors);

  /** Keeps the vectors that the application wrote itself, until their rows' texts change. */
  void keep(Handle handle, List<String> rowKeys);

  /** Gives rows the vectors of another row with the text that they have now, where there is one. */
  void copyTwins(Handle handle, List<String> rowKeys);

  /** Removes the vectors of keys whose row is gone, filtered out or blank. */
  int remove(Handle handle, List<String> rowKeys);

  /**
   * Logs again every key of these whose stored vector is not that of its row's present text. Must
   * run in a transaction that began after the write committed (postgres-facts 1).
   */
  int recheck(Handle handle, List<String> rowKeys);
}
