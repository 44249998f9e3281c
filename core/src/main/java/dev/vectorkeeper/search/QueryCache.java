package dev.vectorkeeper.search;

import dev.vectorkeeper.profile.Profile;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The vectors of the queries that were asked last, by space and text. */
final class QueryCache {
  private static final int MOST = 512;

  private record Asked(String fingerprint, String query) {}

  private final Map<Asked, float[]> vectors =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, float[]> eldest) {
          return size() > MOST;
        }
      };

  float[] get(Profile profile, String query, Supplier<float[]> embed) {
    Asked asked = new Asked(profile.space().fingerprint(), query);
    float[] known = known(asked);
    if (known != null) {
      return known;
    }
    float[] vector = embed.get();
    synchronized (vectors) {
      vectors.put(asked, vector);
    }
    return vector;
  }

  private float @Nullable [] known(Asked asked) {
    synchronized (vectors) {
      return vectors.get(asked);
    }
  }
}
