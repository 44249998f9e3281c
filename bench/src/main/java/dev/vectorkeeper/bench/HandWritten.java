package dev.vectorkeeper.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/** A request as teams write it by hand: the vendor's JSON, read into lists of floats. */
final class HandWritten {
  /** One vector of an answer. */
  record Item(int index, List<Float> embedding) {}

  /** What an answer is read into. */
  record Answer(List<Item> data) {}

  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI address;

  HandWritten(EmbeddingService service) {
    this.address = URI.create(service.baseUrl() + "/embeddings");
  }

  /** Sends one request. */
  HttpResponse<byte[]> send(List<String> texts) throws IOException {
    byte[] body =
        JSON.writeValueAsBytes(
            Map.of("model", "text-embedding-3-small", "input", texts, "dimensions", 1_536));
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("content-type", "application/json")
            .header("authorization", "Bearer bench")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends one request and reads its vectors. */
  List<Item> embed(List<String> texts) throws IOException {
    return JSON.readValue(send(texts).body(), Answer.class).data();
  }
}
