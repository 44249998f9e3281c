package dev.vectorkeeper.provider.local;

import static dev.vectorkeeper.provider.local.LocalModels.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDirectoryTest {
  @TempDir Path directory;

  @Test
  void a_directory_embeds_like_the_same_model_bundled() throws IOException {
    LocalModels.unpack("bge-small-en-v1.5-q", directory);
    write("1_Pooling/config.json", "{\"pooling_mode_cls_token\": true}");
    LocalModel model = LocalModel.of(directory.toString());

    assertThat(model.quantised()).isTrue();
    try (LocalProvider own = LocalProvider.open(model, LocalModels.RUNTIME);
        LocalProvider bundled = LocalModels.open("bge-small-en-v1.5-q")) {
      assertThat(own.dimensions()).isEqualTo(384);
      assertThat(document(own, "a red door")).isEqualTo(document(bundled, "a red door"));
    }
  }

  @Test
  void the_files_beside_the_weights_set_pooling_and_limits() throws IOException {
    LocalModels.unpack("all-minilm-l6-v2-q", directory);
    assertThat(LocalModel.directory(directory).maxTokens()).isEqualTo(512);
    assertThat(LocalModel.directory(directory).pooling()).isEqualTo(Pooling.MEAN);

    write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
    write("config.json", "{\"hidden_size\": 384, \"max_position_embeddings\": 500}");
    assertThat(LocalModel.directory(directory).maxTokens()).isEqualTo(500);
    assertThat(LocalModel.directory(directory).dimensions()).hasValue(384);

    write("sentence_bert_config.json", "{\"max_seq_length\": 256}");
    write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
    assertThat(LocalModel.directory(directory).maxTokens()).isEqualTo(256);
    assertThat(LocalModel.directory(directory).pooling()).isEqualTo(Pooling.MEAN);

    LocalModel wider = LocalModel.directory(directory).withMaxTokens(501);
    opening(wider).hasMessageContaining("takes 500 tokens a text, not 501");
  }

  @Test
  void the_shape_of_its_space_follows_its_files() throws IOException {
    LocalModels.unpack("all-minilm-l6-v2-q", directory);
    LocalModel model = LocalModel.directory(directory);
    Map<String, String> before = model.shape();
    assertThat(before.get("weights")).hasSize(64);
    Files.writeString(directory.resolve("tokenizer.json"), "{}");
    assertThat(model.shape()).isNotEqualTo(before);
  }

  @Test
  void what_is_missing_is_named() throws IOException {
    Path nowhere = directory.resolve("nowhere");
    reading(nowhere).hasMessageContaining("There is no directory " + nowhere);
    reading(directory).hasMessageContaining("no file " + directory.resolve("model.onnx"));
    write("model.onnx", "");
    reading(directory).hasMessageContaining("no file " + directory.resolve("tokenizer.json"));
  }

  @Test
  void what_is_not_a_tokenizer_is_named() throws IOException {
    LocalModels.unpack("all-minilm-l6-v2-q", directory);
    for (String text : new String[] {"", "{}", "null", "{\"model\":", "garbage"}) {
      write("tokenizer.json", text);
      opening(LocalModel.directory(directory))
          .hasMessageContaining("tokenizer.json is not a tokenizer that can be used");
    }
  }

  @Test
  void what_is_not_a_model_is_named() throws IOException {
    LocalModels.unpack("all-minilm-l6-v2-q", directory);
    Path file = directory.resolve("model.onnx");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    opening(LocalModel.directory(directory))
        .hasMessageContaining(file + " is not an ONNX model that can be used");
    Files.write(file, new byte[0]);
    opening(LocalModel.directory(directory)).hasMessageContaining(file + " is not an ONNX model");
  }

  @Test
  void settings_that_cannot_be_followed_are_named() throws IOException {
    write("model.onnx", "");
    write("tokenizer.json", "{}");
    write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": false}");
    reading(directory).hasMessageContaining("neither \"mean\" nor \"cls\"");
    write("1_Pooling/config.json", "{");
    reading(directory).hasMessageContaining("config.json is not valid JSON");
  }

  private static AbstractThrowableAssert<?, ?> reading(Path directory) {
    return assertThatThrownBy(() -> LocalModel.directory(directory))
        .isInstanceOf(LocalModelException.class);
  }

  private static AbstractThrowableAssert<?, ?> opening(LocalModel model) {
    return assertThatThrownBy(() -> LocalProvider.open(model, LocalModels.RUNTIME))
        .isInstanceOf(LocalModelException.class);
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
