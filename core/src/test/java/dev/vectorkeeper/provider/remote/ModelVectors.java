package dev.vectorkeeper.provider.remote;

import java.util.List;

/** What a model of a {@link StrictVendorServer} makes of texts. */
@FunctionalInterface
public interface ModelVectors {
  /**
   * The vectors of texts, one each, in their order.
   *
   * @param model the model's name
   * @param dimensions components of each vector
   */
  List<float[]> of(String model, List<String> texts, int dimensions);
}
