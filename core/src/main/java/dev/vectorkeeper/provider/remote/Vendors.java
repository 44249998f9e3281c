package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.DidYouMean;
import dev.vectorkeeper.provider.Secret;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The vendors by name. */
public final class Vendors {
  private static final List<Vendor> ALL =
      List.of(
          new OpenAi(),
          new OpenRouter(),
          new Jina(),
          new Gemini(),
          new Voyage(),
          new Cohere(),
          new Mistral(),
          new Ollama(),
          new Tei(),
          new OpenAiCompatible());

  private Vendors() {}

  /** Every vendor, in the order of the documentation. */
  public static List<Vendor> all() {
    return ALL;
  }

  /** The names of all vendors. */
  public static List<String> names() {
    return ALL.stream().map(Vendor::name).toList();
  }

  /** The vendor of this name, if there is one. */
  public static Optional<Vendor> find(String name) {
    return ALL.stream().filter(vendor -> vendor.name().equals(name)).findFirst();
  }

  /**
   * The vendor of this name.
   *
   * @throws IllegalArgumentException naming the nearest vendor when there is none of this name
   */
  public static Vendor named(String name) {
    return find(name).orElseThrow(() -> new IllegalArgumentException(unknown(name)));
  }

  /** The key of a vendor from the environment, if one of its variables is set. */
  public static Optional<Secret> keyOf(Vendor vendor, UnaryOperator<@Nullable String> environment) {
    return vendor.variables().apiKey().stream()
        .flatMap(name -> Secret.ofNullable(environment.apply(name)).stream())
        .findFirst();
  }

  /** The variable that a vendor's key is taken from, if one is set. */
  public static Optional<String> keyVariable(
      Vendor vendor, UnaryOperator<@Nullable String> environment) {
    return vendor.variables().apiKey().stream()
        .filter(name -> Secret.ofNullable(environment.apply(name)).isPresent())
        .findFirst();
  }

  private static String unknown(String name) {
    return "unknown provider \"%s\"%s".formatted(name, DidYouMean.suggestion(name, names()));
  }
}
