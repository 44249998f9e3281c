package dev.vectorkeeper.declare;

import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import java.util.ArrayList;
import java.util.List;

/**
 * An apply that was carried out, with its SQL.
 *
 * @param changes sentences that say what was changed
 * @param notes what is worth knowing beside
 * @param sql what was run; where there was nothing to change, what made that which stands there
 */
public record RecordedApply(List<String> changes, List<String> notes, String sql) {

  /** Makes true what is declared and tells how. */
  public static RecordedApply run(
      Database database, Configuration configuration, Providers providers) {
    ApplyScript script = new ApplyScript(database, configuration, providers);
    Apply apply = new Apply(database, configuration, providers);
    Apply.Plan plan = apply.plan();
    if (plan.isEmpty()) {
      return new RecordedApply(plan.changes(), plan.notes(), script.standing());
    }
    String catalog = script.isCatalogCurrent() ? "" : script.catalog() + "\n";
    List<String> changes = new ArrayList<>(plan.changes());
    if (apply.prepare()) {
      plan = apply.plan();
      changes.addAll(plan.changes());
    }
    String sql = catalog + script.apply("is what \"vectorkeeper apply\" ran");
    apply.carryOut(plan);
    return new RecordedApply(List.copyOf(changes), plan.notes(), sql);
  }
}
