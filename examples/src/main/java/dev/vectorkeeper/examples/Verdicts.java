package dev.vectorkeeper.examples;

import dev.vectorkeeper.app.terminal.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was seen of each criterion of an example. */
public final class Verdicts {
  private final List<Criterion> criteria;
  private final Map<String, Verdict> verdicts = new LinkedHashMap<>();

  Verdicts(List<Criterion> criteria) {
    this.criteria = criteria;
  }

  synchronized void add(String number, Verdict verdict) {
    if (criteria.stream().noneMatch(criterion -> criterion.number().equals(number))) {
      throw new IllegalArgumentException("there is no criterion " + number);
    }
    verdicts.put(number, verdict);
  }

  /** What was seen of one; nothing has been seen of one that was not run. */
  public synchronized Verdict of(String number) {
    return verdicts.getOrDefault(number, Verdict.NOT_RUN);
  }

  /** The numbers of those that do not hold. */
  public List<String> missed() {
    return criteria.stream().map(Criterion::number).filter(number -> !of(number).met()).toList();
  }

  /** Adds a line for each criterion. */
  void print(Table table) {
    for (Criterion criterion : criteria) {
      Verdict verdict = of(criterion.number());
      table.row(
          criterion.number(),
          criterion.wording(),
          verdict.met() ? "met" : "NOT MET",
          verdict.figure());
    }
  }
}
