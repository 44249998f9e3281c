package dev.vectorkeeper.app.observe;

/** A gauge that is read from the catalog, with what it tells. */
enum CatalogGauge {
  QUEUE_PENDING("queue.pending", "Keys that wait in the change log and in claims"),
  QUEUE_RETRIES("queue.retries", "Keys that failed and will be tried again"),
  QUEUE_DEAD("queue.dead", "Dead letters: keys that are tried no more"),
  QUEUE_OLDEST("queue.oldest.seconds", "How long the oldest pending key has waited"),
  ROWS_ELIGIBLE("rows.eligible", "Rows that should have a vector"),
  ROWS_EMBEDDED("rows.embedded", "Rows that have a vector"),
  ROWS_EXACT("rows.exact", "1 where rows are counted, 0 where they are the planner's estimates"),
  COVERAGE("coverage.ratio", "The share of eligible rows that have a vector"),
  ACTIVE("collection.active", "1 for the collection that queries go to"),
  INDEX_READY("index.ready", "1 where the vector index is there and valid, or none is wanted"),
  INDEX_BYTES("index.bytes", "The size of the vector index"),
  BACKFILL("backfill.ratio", "How far a running backfill is; absent where none runs"),
  PAUSED("profile.paused", "1 while nothing is embedded under the profile"),
  USAGE_TOKENS("usage.tokens", "Tokens used since the profile was made, by all processes"),
  USAGE_COST("usage.cost.usd", "US dollars spent since the profile was made, by all processes"),
  TODAY_COST("usage.today.cost.usd", "US dollars spent on this day of UTC, by all processes"),
  VERIFICATION_PASSED(
      "verification.passed", "1 where every check of the last verification kept to its limit"),
  VERIFICATION_RECALL(
      "verification.recall.ratio",
      "The share of the nearest rows that searches found in the last verification"),
  SCHEDULE_ENABLED("schedule.enabled", "1 where the schedule's runs begin by themselves"),
  SCHEDULE_FAILED("schedule.failed", "1 where the schedule's last run failed"),
  SCHEDULE_OVERDUE(
      "schedule.overdue.seconds",
      "How long ago the tick was due that has not been worked off; grows during a run, which takes 15 minutes at most");

  private final String id;
  private final String help;

  CatalogGauge(String id, String help) {
    this.id = "vectorkeeper." + id;
    this.help = help;
  }

  /** Its name as Micrometer writes names. */
  String id() {
    return id;
  }

  /** What it tells, for people. */
  String help() {
    return help;
  }
}
