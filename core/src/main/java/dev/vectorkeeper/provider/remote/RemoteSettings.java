package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.RequestLimits;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a remote provider is opened with. Its {@code toString} shows no secret.
 *
 * @param vendor whose service it is
 * @param model what shapes the vectors
 * @param endpoint where requests go and what lets them in
 * @param timeouts how long things may take
 * @param limits how much a request may carry; null for the server's or the vendor's own limits
 * @param maxConcurrency the most requests in flight from this process
 */
public record RemoteSettings(
    Vendor vendor,
    RemoteModel model,
    Endpoint endpoint,
    Timeouts timeouts,
    @Nullable RequestLimits limits,
    int maxConcurrency) {

  public RemoteSettings {
    if (maxConcurrency < 1) {
      throw new IllegalArgumentException("the most requests in flight must be at least 1");
    }
    endpoint = endpoint.checkedFor(vendor);
  }

  /**
   * Begins the settings for a model; everything else has a default.
   *
   * @param vendor a vendor's name, for example {@code openai}
   * @param model the model's name
   * @throws IllegalArgumentException naming the nearest vendor when this one is unknown
   */
  public static RemoteSettingsBuilder of(String vendor, String model) {
    return new RemoteSettingsBuilder(Vendors.named(vendor), model);
  }

  @Override
  public String toString() {
    return "RemoteSettings[%s, %s, %s]".formatted(vendor.name(), model, endpoint);
  }
}
