package dev.vectorkeeper.examples.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Service;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The endpoint as cron services call it. */
record QueueEndpoint(Service service) {
  static final String CRON_SECRET = "0c7d6f5f3f0f4a4d9c3c1c52a1c6b7d8";
  static final String HMAC_SECRET = "5f1d9a64e0bb4d27";

  private static final String PATH = "/api/process-embedding-queue";
  private static final String VERCEL = "vercel-cron/1.0";

  HttpResponse<String> post(String body, String... headers)
      throws IOException, InterruptedException {
    return service.post(PATH, body, headers);
  }

  HttpResponse<String> get(String... headers) throws IOException, InterruptedException {
    return service.get(PATH, headers);
  }

  HttpResponse<String> getAs(String agent, String token) throws IOException, InterruptedException {
    return get("User-Agent", agent, "Authorization", "Bearer " + token);
  }

  /** A call of Vercel's cron. */
  JsonNode vercel() throws IOException, InterruptedException {
    return Service.json(getAs(VERCEL, CRON_SECRET));
  }

  /** A call with the bearer token. */
  JsonNode process() throws IOException, InterruptedException {
    return process("");
  }

  /** The same for so many rows. */
  JsonNode process(int limit) throws IOException, InterruptedException {
    return process("{\"limit\":" + limit + "}");
  }

  private JsonNode process(String body) throws IOException, InterruptedException {
    return Service.json(post(body, "Authorization", "Bearer " + CRON_SECRET));
  }

  /** Headers that sign a body now. */
  static String[] signature(String body) throws GeneralSecurityException {
    String timestamp = Long.toString(Instant.now().getEpochSecond());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(HMAC_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] signed = mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
    return new String[] {
      "X-Timestamp", timestamp, "X-Signature", "sha256=" + HexFormat.of().formatHex(signed)
    };
  }

  /** The same call again and again until nothing is left that can be done now; how many rows. */
  int processAll() throws IOException, InterruptedException {
    int processed = 0;
    for (int now = -1; now != 0; processed += now) {
      now = process().get("processed").asInt();
    }
    return processed;
  }
}
