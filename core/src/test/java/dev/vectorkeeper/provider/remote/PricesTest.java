package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PricesTest {
  @TempDir Path directory;

  private Path file(String yaml) throws IOException {
    return Files.writeString(directory.resolve("prices.yaml"), yaml);
  }

  @Test
  void the_bundled_prices_are_dated() {
    Prices prices = Prices.bundled();
    assertThat(prices.asOf()).matches("20\\d\\d-\\d\\d");
    assertThat(prices.perMillionTokens("openai", "text-embedding-3-small")).hasValue(usd("0.02"));
    assertThat(prices.perMillionTokens("openrouter", "openai/text-embedding-3-large"))
        .hasValue(usd("0.13"));
    assertThat(prices.cost("openai", "text-embedding-3-small", 3_000_000))
        .hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.06"));
    assertThat(prices.cost("ollama", "anything", 5))
        .hasValueSatisfying(cost -> assertThat(cost).isZero());
  }

  @Test
  void an_unknown_price_is_unknown() {
    assertThat(Prices.bundled().cost("openai", "text-embedding-9", 5)).isEmpty();
    assertThat(Prices.bundled().perMillionTokens("nobody", "text-embedding-9")).isEmpty();
  }

  @Test
  void a_users_file_goes_before_the_bundled_prices() throws IOException {
    Path file =
        file(
            """
            as-of: "2027-01"
            usd-per-million-tokens:
              openai:
                text-embedding-3-small: 0.01
              mine:
                "*": 1
            """);
    Prices prices = Prices.bundled().overriddenBy(file);
    assertThat(prices.asOf()).isEqualTo("2027-01");
    assertThat(prices.perMillionTokens("openai", "text-embedding-3-small")).hasValue(usd("0.01"));
    assertThat(prices.perMillionTokens("openai", "text-embedding-3-large")).hasValue(usd("0.13"));
    assertThat(prices.perMillionTokens("mine", "any")).hasValue(usd("1"));
  }

  @Test
  void a_file_of_another_form_is_refused_by_name() throws IOException {
    Path file = file("usd-per-million-tokens: {openai: {a: cheap}}");
    assertThatThrownBy(() -> Prices.bundled().overriddenBy(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prices.yaml")
        .hasMessageContaining("\"a\" is no number");
    Path missing = directory.resolve("missing.yaml");
    assertThatThrownBy(() -> Prices.bundled().overriddenBy(missing))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static java.math.BigDecimal usd(String amount) {
    return new java.math.BigDecimal(amount);
  }
}
