package dev.vectorkeeper.app.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.app.server.Problem;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.search.EmbeddedTexts;
import dev.vectorkeeper.search.Found;
import dev.vectorkeeper.search.Search;
import dev.vectorkeeper.search.SearchRequest;
import java.util.List;
import java.util.Map;

/** Finding rows, and texts as vectors. */
public final class SearchApi implements Api {
  /** A collection's space, so that a caller knows what a vector may be compared with. */
  record Space(
      String source,
      String profile,
      String provider,
      String model,
      int dimensions,
      String fingerprint) {
    static Space of(Collection collection) {
      return new Space(
          collection.source().name(),
          collection.profile().name(),
          collection.profile().space().provider(),
          collection.profile().space().model(),
          collection.profile().space().dimensions(),
          collection.profile().space().fingerprint());
    }
  }

  private record Embedded(Space collection, List<float[]> vectors, long tokens) {}

  private final Search search;

  public SearchApi(Vectorkeeper keeper) {
    this.search = keeper.search();
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of("search", this::search, "embed", this::embed);
  }

  private List<Found> search(Call call) {
    return search.nearest(
        new SearchRequest(
            call.source(),
            call.text("profile"),
            call.text("text"),
            call.value("vector").map(SearchApi::vector),
            call.whole("k").map(Math::toIntExact).orElse(10),
            call.number("threshold"),
            call.value("filter").map(JsonNode::toString)));
  }

  private static float[] vector(JsonNode values) {
    float[] vector = new float[values.size()];
    boolean zero = true;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) values.get(i).doubleValue();
      zero &= vector[i] == 0;
      if (!Float.isFinite(vector[i])) {
        throw new Problem.Refused(
            "VK-H03", "The request has a problem: body.vector[%d] is not finite.".formatted(i));
      }
    }
    if (zero) {
      throw new Problem.Refused(
          "VK-H03", "The request has a problem: body.vector is zero, which is like nothing.");
    }
    return vector;
  }

  private Embedded embed(Call call) {
    TextSide side =
        call.text("side").orElse("query").equals("query") ? TextSide.QUERY : TextSide.DOCUMENT;
    EmbeddedTexts embedded =
        search.embed(call.source(), call.text("profile"), call.texts("texts"), side);
    return new Embedded(Space.of(embedded.collection()), embedded.vectors(), embedded.tokens());
  }
}
