package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.access.Scope;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own client for Node, pointed at a server; skipped where there is no Node or package. */
class OpenAiClientPgTest {
  private static final String PACKAGE = "openai@7";

  private static final String PROGRAM =
      """
      import OpenAI from "openai";
      const client = new OpenAI({ baseURL: process.env.BASE_URL + "/v1", apiKey: process.env.TOKEN, maxRetries: 0 });
      const out = {};
      const one = await client.embeddings.create({ model: "active:notes", input: "a cat" });
      out.one = one.data[0].embedding;
      out.collection = one.collection;
      const many = await client.embeddings.create({ model: "active:notes", input: ["a", "b"], encoding_format: "float" });
      out.many = many.data.map(item => item.embedding.length);
      out.usage = many.usage.total_tokens;
      out.models = (await client.models.list()).data.map(model => model.id);
      try {
        await client.embeddings.create({ model: "active:nots", input: "a" });
      } catch (e) {
        out.error = { status: e.status, kind: e.constructor.name };
      }
      console.log(JSON.stringify(out));
      """;

  @TempDir private Path directory;

  private String run(Map<String, String> environment, String... command) throws Exception {
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(output.toFile())
            .redirectError(directory.resolve("errors").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assumeTrue(process.waitFor(2, TimeUnit.MINUTES), "too slow: " + List.of(command));
    String errors = Files.readString(directory.resolve("errors"));
    if (process.exitValue() != 0) {
      assumeTrue(!command[0].equals("npm"), "the package cannot be had: " + errors);
      throw new AssertionError(errors);
    }
    return Files.readString(output);
  }

  private static boolean isThere(String program) {
    try {
      return new ProcessBuilder(program, "--version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  @Test
  void the_official_client_embeds_queries_and_follows_the_active_profile() throws Exception {
    assumeTrue(isThere("node") && isThere("npm"), "there is no Node here");
    Files.writeString(directory.resolve("package.json"), "{\"type\": \"module\"}");
    Files.writeString(directory.resolve("program.js"), PROGRAM);
    run(Map.of(), "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE);
    ScriptedProvider small = new ScriptedProvider(8, 16);
    ScriptedProvider large = new ScriptedProvider(12, 16, "large");
    try (TestDatabase test = TestDatabase.create()) {
      test.sql("create table notes (id int primary key, body text)");
      try (Served served =
          Served.of(
              test,
              """
              profiles:
                small: {provider: application, model: small, dimensions: 8}
                large: {provider: application, model: large, dimensions: 12}
              sources:
                notes: {table: notes, text: body, collections: [small, large]}
              server: {port: 0}
              """,
              Map.of(),
              Map.of("small", small, "large", large))) {
        served.awaitReady(2);
        Map<String, String> environment =
            Map.of(
                "BASE_URL", served.address(),
                "TOKEN", served.token("app", EnumSet.of(Scope.SEARCH)));
        JsonNode before = Served.JSON.readTree(run(environment, "node", "program.js"));
        assertThat(before.get("one")).hasSize(8);
        assertThat((float) before.at("/one/3").asDouble())
            .as("decoded from base64, which the client asks for")
            .isEqualTo(small.vector("a cat")[3]);
        assertThat(before.at("/collection/profile").asText()).isEqualTo("small");
        assertThat(before.get("many").toString()).isEqualTo("[8,8]");
        assertThat(before.get("usage").asInt()).isPositive();
        assertThat(before.get("models").toString()).contains("active:notes", "notes/large");
        assertThat(before.at("/error/status").asInt()).isEqualTo(404);
        assertThat(before.at("/error/kind").asText()).isEqualTo("NotFoundError");
        served.post(
            "/v1/sources/notes/switch",
            "{\"profile\": \"large\"}",
            "Authorization",
            "Bearer " + served.token());
        JsonNode after = Served.JSON.readTree(run(environment, "node", "program.js"));
        assertThat(after.get("one")).hasSize(12);
        assertThat(after.at("/collection/profile").asText()).isEqualTo("large");
      }
    }
  }
}
