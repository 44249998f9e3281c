package dev.vectorkeeper.app.observe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.schedule.ScheduleStatus;
import dev.vectorkeeper.status.CollectionStatus;
import dev.vectorkeeper.status.ProfileUsage;
import dev.vectorkeeper.store.VectorIndex;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gauges that are read from the catalog when somebody asks for metrics, at most every few seconds;
 * every server of a fleet tells the same.
 */
final class CatalogMeters {
  private static final long EVERY = Duration.ofSeconds(5).toNanos();

  private static final String INDEX_BYTES =
      "select coalesce(pg_relation_size(to_regclass(:index)), 0)";

  private final Vectorkeeper keeper;
  private final MeterRegistry registry;
  private final Map<String, MultiGauge> gauges = new LinkedHashMap<>();
  private final Map<String, List<Row<?>>> rows = new LinkedHashMap<>();
  private long looked = System.nanoTime() - EVERY;

  CatalogMeters(Vectorkeeper keeper, MeterRegistry registry) {
    this.keeper = keeper;
    this.registry = registry;
  }

  /** Reads how it stands, unless that was done just now. */
  synchronized void look() {
    if (System.nanoTime() - looked < EVERY) {
      return;
    }
    rows.values().forEach(List::clear);
    keeper.status().collections().forEach(this::collection);
    keeper.catalog().liveCollections().forEach(this::index);
    keeper
        .catalog()
        .sources()
        .forEach(source -> keeper.verification().last(source).forEach(this::verified));
    keeper.status().usage().forEach(this::profile);
    keeper.schedules().list().forEach(this::schedule);
    rows.forEach((name, all) -> gauge(name).register(all, true));
    looked = System.nanoTime();
  }

  private void collection(CollectionStatus status) {
    Tags tags = tags(status.source(), status.profile());
    put("vectorkeeper.queue.pending", tags, status.queue().pending());
    put("vectorkeeper.queue.retries", tags, status.queue().retries());
    put("vectorkeeper.queue.dead", tags, status.queue().dead());
    put("vectorkeeper.queue.oldest.seconds", tags, status.queue().oldestSeconds());
    put("vectorkeeper.rows.eligible", tags, status.rows().eligible());
    put("vectorkeeper.rows.embedded", tags, status.rows().embedded());
    put("vectorkeeper.coverage.ratio", tags, status.rows().coverage());
    put("vectorkeeper.collection.active", tags, status.active() ? 1 : 0);
    put(
        "vectorkeeper.profile.paused",
        Tags.of("profile", status.profile()),
        status.paused().isPresent() ? 1 : 0);
    put("vectorkeeper.index.ready", tags, status.indexReady() ? 1 : 0);
    status
        .backfill()
        .filter(backfill -> backfill.isRunning() && backfill.rowsExpected() > 0)
        .ifPresent(
            backfill ->
                put(
                    "vectorkeeper.backfill.ratio",
                    tags,
                    Math.min(1, (double) backfill.rowsDone() / backfill.rowsExpected())));
  }

  private void index(Collection collection) {
    long bytes =
        keeper
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(INDEX_BYTES)
                        .bind("index", new VectorIndex(collection, keeper.database()).name().sql())
                        .mapTo(Long.class)
                        .one());
    put(
        "vectorkeeper.index.bytes",
        tags(collection.source().name(), collection.profile().name()),
        bytes);
  }

  private void verified(JsonNode report) {
    Tags tags = tags(report.path("source").asText(), report.path("profile").asText());
    put("vectorkeeper.verification.passed", tags, report.path("passed").asBoolean() ? 1 : 0);
    JsonNode recall = report.at("/search/recall/value");
    recall = recall.isMissingNode() ? report.at("/search/recall") : recall;
    if (recall.isNumber()) {
      put("vectorkeeper.verification.recall", tags, recall.asDouble());
    }
  }

  private void profile(ProfileUsage usage) {
    Tags tags = Tags.of("profile", usage.profile(), "provider", usage.provider());
    put("vectorkeeper.usage.tokens", tags, usage.total().tokens());
    put("vectorkeeper.usage.cost.usd", tags, usage.total().usd().doubleValue());
    put("vectorkeeper.usage.today.cost.usd", tags, usage.today().usd().doubleValue());
  }

  private void schedule(ScheduleStatus schedule) {
    Tags tags = Tags.of("schedule", schedule.name());
    put("vectorkeeper.schedule.enabled", tags, schedule.enabled() ? 1 : 0);
    schedule
        .last()
        .ifPresent(
            run ->
                put("vectorkeeper.schedule.failed", tags, run.outcome().equals("failed") ? 1 : 0));
  }

  private static Tags tags(String source, String profile) {
    return Tags.of("source", source, "profile", profile);
  }

  private void put(String name, Tags tags, Number value) {
    rows.computeIfAbsent(name, unused -> new ArrayList<>()).add(Row.of(tags, value));
  }

  private MultiGauge gauge(String name) {
    return gauges.computeIfAbsent(name, unused -> MultiGauge.builder(name).register(registry));
  }
}
