package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.Secret;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Builds {@link RemoteSettings} from what a profile says; a null takes a setting back. */
public final class RemoteSettingsBuilder {
  private final Vendor vendor;
  private final String model;
  private final Map<String, Secret> headers = new LinkedHashMap<>();
  private @Nullable Integer dimensions;
  private @Nullable Boolean namesDimensions;
  private @Nullable String task;
  private @Nullable String queryTask;
  private String documentPrefix = "";
  private String queryPrefix = "";
  private Truncate truncate = Truncate.NONE;
  private boolean normalise = true;
  private @Nullable Secret apiKey;
  private @Nullable String baseUrl;
  private @Nullable InetSocketAddress proxy;
  private Timeouts timeouts = Timeouts.DEFAULTS;
  private @Nullable RequestLimits limits;
  private int maxConcurrency = 16;

  RemoteSettingsBuilder(Vendor vendor, String model) {
    if (model.isBlank()) {
      throw new IllegalArgumentException("model must not be blank");
    }
    this.vendor = vendor;
    this.model = model.strip();
  }

  /** The components of every vector; the model's own when not set. */
  public RemoteSettingsBuilder dimensions(@Nullable Integer count) {
    this.dimensions = count;
    return this;
  }

  /** Whether requests name the dimensions; when not set, where they are not the model's own. */
  public RemoteSettingsBuilder namesDimensions(@Nullable Boolean named) {
    this.namesDimensions = named;
    return this;
  }

  /** The task of documents, and of queries too unless that has a counterpart or its own. */
  public RemoteSettingsBuilder task(@Nullable String name) {
    this.task = name;
    return this;
  }

  /** The task of queries; when not set, the counterpart of the documents' task. */
  public RemoteSettingsBuilder queryTask(@Nullable String name) {
    this.queryTask = name;
    return this;
  }

  /** What is put before each document, as {@code passage: } for e5 models. */
  public RemoteSettingsBuilder documentPrefix(String prefix) {
    this.documentPrefix = prefix;
    return this;
  }

  /** What is put before each query, as {@code query: } for e5 models. */
  public RemoteSettingsBuilder queryPrefix(String prefix) {
    this.queryPrefix = prefix;
    return this;
  }

  /** What becomes of too long a text; refused when not set. */
  public RemoteSettingsBuilder truncate(Truncate policy) {
    this.truncate = policy;
    return this;
  }

  /** Whether vectors are scaled to length 1; they are when not set. */
  public RemoteSettingsBuilder normalise(boolean wanted) {
    this.normalise = wanted;
    return this;
  }

  /** The key. */
  public RemoteSettingsBuilder apiKey(@Nullable Secret key) {
    this.apiKey = key;
    return this;
  }

  /** What stands before {@code /embeddings}, or the whole address; the vendor's when not set. */
  public RemoteSettingsBuilder baseUrl(@Nullable String address) {
    this.baseUrl = address;
    return this;
  }

  /** One more header; its value is kept secret. */
  public RemoteSettingsBuilder header(String name, String value) {
    headers.put(name, Secret.of(value));
    return this;
  }

  /** An HTTP proxy as {@code http://host:port}; that of the Java runtime when not set. */
  public RemoteSettingsBuilder proxy(@Nullable String address) {
    this.proxy = address == null ? null : Addresses.proxy(address);
    return this;
  }

  /** How long things may take. */
  public RemoteSettingsBuilder timeouts(Timeouts all) {
    this.timeouts = all;
    return this;
  }

  /** How long a request for documents may take, from sending to the last byte. */
  public RemoteSettingsBuilder requestTimeout(Duration timeout) {
    return timeouts(
        new Timeouts(timeouts.connect(), timeout, timeouts.query(), timeouts.patience()));
  }

  /** How much a request may carry; the server's or the vendor's limits when not set. */
  public RemoteSettingsBuilder limits(@Nullable RequestLimits override) {
    this.limits = override;
    return this;
  }

  /** The most requests in flight; 16 when not set. */
  public RemoteSettingsBuilder maxConcurrency(int most) {
    this.maxConcurrency = most;
    return this;
  }

  /**
   * The settings.
   *
   * @throws IllegalArgumentException when they cannot work: no address, no dimensions known, a
   *     header in the key's place
   */
  public RemoteSettings build() {
    String wireModel = vendor.wireModel(model);
    Endpoint endpoint =
        new Endpoint(
            Addresses.ofRequests(vendor, wireModel, baseUrl),
            Addresses.ofLimits(vendor, baseUrl).orElse(null),
            apiKey,
            headers,
            proxy);
    return new RemoteSettings(vendor, space(), endpoint, timeouts, limits, maxConcurrency);
  }

  private RemoteModel space() {
    String documents = task != null ? task : vendor.requiredTask(model, false).orElse(null);
    return new RemoteModel(
        vendor.spaceModel(model),
        wantedDimensions(),
        new TextRole(documents, documentPrefix),
        new TextRole(taskOfQueries(), queryPrefix),
        truncate,
        normalise);
  }

  private @Nullable String taskOfQueries() {
    if (queryTask != null) {
      return queryTask;
    }
    if (task != null) {
      return vendor.queryTasks().getOrDefault(task, task);
    }
    return vendor.requiredTask(model, true).orElse(null);
  }

  private WantedDimensions wantedDimensions() {
    OptionalInt own = vendor.nativeDimensions(model);
    if (dimensions == null) {
      int count =
          own.orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "dimensions must be set: those of \"%s\" are not known".formatted(model)));
      return new WantedDimensions(count, namesDimensions != null && namesDimensions);
    }
    boolean other =
        own.isPresent() ? own.getAsInt() != dimensions : vendor.asksForUnknownDimensions();
    return new WantedDimensions(dimensions, namesDimensions != null ? namesDimensions : other);
  }
}
