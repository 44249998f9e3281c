package dev.vectorkeeper.app.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.app.server.Problem;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.search.EmbeddedTexts;
import dev.vectorkeeper.search.Search;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Query vectors for clients of OpenAI's API: the model {@code active:SOURCE} is whichever profile
 * is active, so that a query side follows a cutover without being changed.
 */
public final class OpenAiApi implements Api {
  private static final String ACTIVE = "active:";

  private record Item(String object, int index, Object embedding) {}

  private record Usage(long promptTokens, long totalTokens) {}

  private record Answer(
      String object, List<Item> data, String model, Usage usage, SearchApi.Space collection) {}

  private record Model(String id, String object, long created, String ownedBy) {}

  private record Models(String object, List<Model> data) {}

  /** What a model's name stands for. */
  private record Meant(String source, Optional<String> profile) {}

  private final Vectorkeeper keeper;
  private final Search search;

  public OpenAiApi(Vectorkeeper keeper) {
    this.keeper = keeper;
    this.search = keeper.search();
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of("createEmbedding", this::create, "listModels", call -> models());
  }

  private Answer create(Call call) {
    String model = call.text("model").orElseThrow();
    Meant meant = meant(model);
    JsonNode input = call.value("input").orElseThrow();
    List<String> texts = input.isTextual() ? List.of(input.asText()) : Call.texts(input);
    int dimensions =
        search.collection(meant.source(), meant.profile()).profile().space().dimensions();
    call.whole("dimensions")
        .filter(wanted -> wanted != dimensions)
        .ifPresent(
            wanted -> {
              throw new Problem.Refused(
                  "VK-H03",
                  "%s makes vectors of %d dimensions, not of %d; leave dimensions out."
                      .formatted(model, dimensions, wanted));
            });
    EmbeddedTexts embedded = search.embed(meant.source(), meant.profile(), texts, TextSide.QUERY);
    SearchApi.Space space = SearchApi.Space.of(embedded.collection());
    boolean base64 = call.text("encoding_format").filter("base64"::equals).isPresent();
    List<Item> items = new ArrayList<>();
    for (float[] vector : embedded.vectors()) {
      items.add(new Item("embedding", items.size(), base64 ? base64(vector) : vector));
    }
    call.context().header("X-Vectorkeeper-Collection", space.source() + "/" + space.profile());
    return new Answer("list", items, model, new Usage(embedded.tokens(), embedded.tokens()), space);
  }

  private static Meant meant(String model) {
    int slash = model.indexOf('/');
    if (model.startsWith(ACTIVE)) {
      return new Meant(model.substring(ACTIVE.length()), Optional.empty());
    }
    if (slash > 0) {
      return new Meant(model.substring(0, slash), Optional.of(model.substring(slash + 1)));
    }
    throw new Problem.Refused(
        "VK-H03",
        "The model \"%s\" is none here; write active:SOURCE, or SOURCE/PROFILE.".formatted(model));
  }

  /** Little-endian floats, as OpenAI writes them. */
  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private Models models() {
    return new Models(
        "list",
        keeper.catalog().liveCollections().stream()
            .flatMap(
                c ->
                    Stream.concat(
                        c.active() ? Stream.of(ACTIVE + c.source().name()) : Stream.empty(),
                        Stream.of(c.toString())))
            .map(id -> new Model(id, "model", 0, "vectorkeeper"))
            .toList());
  }
}
