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
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
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
  private final Map<CatalogGauge, MultiGauge> gauges = new EnumMap<>(CatalogGauge.class);
  private final Map<CatalogGauge, Map<Tags, Row<?>>> rows = new EnumMap<>(CatalogGauge.class);
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
    rows.values().forEach(Map::clear);
    keeper.status().collections().forEach(this::collection);
    keeper.catalog().liveCollections().forEach(this::index);
    keeper
        .catalog()
        .sources()
        .forEach(source -> keeper.verification().last(source).forEach(this::verified));
    keeper.status().usage().forEach(this::profile);
    keeper.schedules().list().forEach(this::schedule);
    rows.forEach((gauge, all) -> meter(gauge).register(all.values(), true));
    looked = System.nanoTime();
  }

  private void collection(CollectionStatus status) {
    Tags tags = tags(status.source(), status.profile());
    put(CatalogGauge.QUEUE_PENDING, tags, status.queue().pending());
    put(CatalogGauge.QUEUE_RETRIES, tags, status.queue().retries());
    put(CatalogGauge.QUEUE_DEAD, tags, status.queue().dead());
    put(CatalogGauge.QUEUE_OLDEST, tags, status.queue().oldestSeconds());
    put(CatalogGauge.ROWS_ELIGIBLE, tags, status.rows().eligible());
    put(CatalogGauge.ROWS_EMBEDDED, tags, status.rows().embedded());
    put(CatalogGauge.ROWS_EXACT, tags, status.rows().exact() ? 1 : 0);
    put(CatalogGauge.COVERAGE, tags, status.rows().coverage());
    put(CatalogGauge.ACTIVE, tags, status.active() ? 1 : 0);
    put(
        CatalogGauge.PAUSED,
        Tags.of("profile", status.profile()),
        status.paused().isPresent() ? 1 : 0);
    put(CatalogGauge.INDEX_READY, tags, status.indexReady() ? 1 : 0);
    status
        .backfill()
        .filter(backfill -> backfill.isRunning() && backfill.rowsExpected() > 0)
        .ifPresent(
            backfill ->
                put(
                    CatalogGauge.BACKFILL,
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
        CatalogGauge.INDEX_BYTES,
        tags(collection.source().name(), collection.profile().name()),
        bytes);
  }

  private void verified(JsonNode report) {
    Tags tags = tags(report.path("source").asText(), report.path("profile").asText());
    put(CatalogGauge.VERIFICATION_PASSED, tags, report.path("passed").asBoolean() ? 1 : 0);
    JsonNode recall = report.at("/search/recall/value");
    recall = recall.isMissingNode() ? report.at("/search/recall") : recall;
    if (recall.isNumber()) {
      put(CatalogGauge.VERIFICATION_RECALL, tags, recall.asDouble());
    }
  }

  private void profile(ProfileUsage usage) {
    Tags tags = Tags.of("profile", usage.profile(), "provider", usage.provider());
    put(CatalogGauge.USAGE_TOKENS, tags, usage.total().tokens());
    put(CatalogGauge.USAGE_COST, tags, usage.total().usd().doubleValue());
    put(CatalogGauge.TODAY_COST, tags, usage.today().usd().doubleValue());
  }

  private void schedule(ScheduleStatus schedule) {
    Tags tags = Tags.of("schedule", schedule.name());
    put(CatalogGauge.SCHEDULE_ENABLED, tags, schedule.enabled() ? 1 : 0);
    schedule
        .nextAt()
        .ifPresent(
            next ->
                put(
                    CatalogGauge.SCHEDULE_OVERDUE,
                    tags,
                    Math.max(0, Duration.between(next, Instant.now()).toMillis() / 1e3)));
    schedule
        .last()
        .ifPresent(
            run -> put(CatalogGauge.SCHEDULE_FAILED, tags, run.outcome().equals("failed") ? 1 : 0));
  }

  private static Tags tags(String source, String profile) {
    return Tags.of("source", source, "profile", profile);
  }

  private void put(CatalogGauge gauge, Tags tags, Number value) {
    rows.computeIfAbsent(gauge, unused -> new LinkedHashMap<>()).put(tags, Row.of(tags, value));
  }

  private MultiGauge meter(CatalogGauge gauge) {
    return gauges.computeIfAbsent(
        gauge, g -> MultiGauge.builder(g.id()).description(g.help()).register(registry));
  }
}
