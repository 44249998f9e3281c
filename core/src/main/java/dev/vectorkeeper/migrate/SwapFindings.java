package dev.vectorkeeper.migrate;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.migrate.Finding.Level;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.swap.ColumnSwap;
import dev.vectorkeeper.swap.Dependant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The lines of a plan that are about one column taking the place of another. */
final class SwapFindings {
  private static final String SIZE = "select pg_table_size(cast(:relation as oid)::regclass)";

  private static final String ROWS_OF =
      """
      select p.oid::regprocedure::text from pg_proc p join pg_language l on l.oid = p.prolang and l.lanname = 'sql'
      where p.prorettype = (select c.reltype from pg_class c where c.oid = cast(:relation as oid)) order by 1
      """;

  private final Database database;
  private final Source source;
  private final Collection from;
  private final Optional<Integer> newDimensions;
  private final boolean searchesNamed;
  private final Findings findings;

  SwapFindings(
      Database database,
      Source source,
      Collection from,
      Optional<Integer> newDimensions,
      boolean searchesNamed,
      Findings findings) {
    this.searchesNamed = searchesNamed;
    this.newDimensions = newDimensions;
    this.findings = findings;
    this.database = database;
    this.source = source;
    this.from = from;
  }

  void find() {
    database.jdbi().useHandle(this::find);
  }

  /** Whose vector it is, only the number of its dimensions tells. */
  private void add(String search, boolean alike) {
    findings.add(
        "searches",
        alike ? Level.WARNING : Level.OK,
        alike
            ? "The function %s cannot tell the two models' vectors apart, which have the same dimensions: from the cutover on it must be asked with the new model's."
            : "The function %s answers for the old model's vectors and the new one's, until the old ones are retired.",
        search);
  }

  private void find(Handle handle) {
    String column = from.column().orElseThrow();
    String parked = ColumnSwap.parked(column);
    ColumnSwap swap = new ColumnSwap(database, source);
    SourceTable table = SourceTable.find(handle, source.relation()).orElseThrow();
    if (table.column(parked).isPresent()) {
      findings.add("column", Level.STOP, "%s has a column %s already.", table.name(), parked);
    }
    List<Dependant> dependants = swap.dependants(handle, column);
    int dimensions = from.profile().space().dimensions();
    for (Dependant dependant : dependants) {
      Optional<String> hindrance = dependant.hindrance(dimensions);
      findings.add(
          "dependants",
          hindrance.isPresent() ? Level.STOP : Level.OK,
          "%s",
          hindrance.orElseGet(dependant::kept));
    }
    for (SqlName taken : swap.taken(handle, dependants)) {
      findings.add(
          "dependants",
          Level.STOP,
          "There is already something named %s, as a twin would be.",
          taken);
    }
    for (String search : swap.searches(handle, column)) {
      add(search, newDimensions.filter(wanted -> wanted == dimensions).isPresent());
    }
    for (String search : swap.lonelySearches(handle, column)) {
      findings.add(
          "searches",
          searchesNamed ? Level.WARNING : Level.STOP,
          "The function %s cannot be made to answer for both models: it belongs to another role, or returns its result through parameters or as rows of the table. Let the application ask otherwise, then say --searches-named.",
          search);
    }
    for (String function :
        handle
            .createQuery(ROWS_OF)
            .bind("relation", source.relation())
            .mapTo(String.class)
            .list()) {
      findings.add(
          "functions",
          Level.WARNING,
          "The function %s returns rows of %s, which will have one column more: unless it selects all of them, it fails as soon as that is added.",
          function,
          source.table());
    }
    for (String writer : Writers.find(handle, from)) {
      findings.add(
          "writers",
          Level.WARNING,
          "In the column %s, %s. From the cutover on it must write the new model's vectors; the cutover waits for --writers-ready.",
          column,
          writer);
    }
    findings.add(
        "column",
        Level.WARNING,
        "What asks the column %s of %s itself, and not through a function, must ask with the new model's vectors from the cutover on. A session that prepared a statement which returns the column fails once with \"cached plan must not change result type\"; it prepares it anew (pgjdbc does so by itself outside of transactions), or casts the column to text there.",
        column,
        source.table());
    findings.add(
        "table",
        Level.OK,
        "Each row of %s is written once more, so that it may grow by %,.1f MB until vacuum has run.",
        source.table(),
        handle.createQuery(SIZE).bind("relation", source.relation()).mapTo(Long.class).one() / 1e6);
    findings.add(
        "cutover",
        Level.OK,
        "The cutover runs: %s.",
        String.join("; ", swap.script(dependants, column)));
  }
}
