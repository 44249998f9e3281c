package dev.vectorkeeper.examples.products;

import dev.vectorkeeper.examples.Stage;
import java.util.List;

/**
 * How often the products nearest to others are near by WordNet's relations, too.
 *
 * @param nearest the share among the five nearest of each
 * @param random the share among as many others
 */
record Relevance(double nearest, double random) {
  private static final String SAMPLE =
      """
      select embedding_text from products where embedding is not null
      order by md5(product_id_internal::text) limit %d
      """;

  private static final String NEAREST =
      """
      select p.embedding_text from products p, products of
      where of.embedding_text = $text$%s$text$ and p.product_id_internal <> of.product_id_internal
        and p.embedding is not null
      order by p.embedding <=> of.embedding limit 5
      """;

  static Relevance of(Stage stage, Shop shop, int products) {
    List<String> sample = stage.column(SAMPLE.formatted(products));
    List<String> others = stage.column(SAMPLE.formatted(100));
    double near = 0;
    double random = 0;
    for (String text : sample) {
      near += share(shop, text, stage.column(NEAREST.formatted(text)));
      random += share(shop, text, others);
    }
    return new Relevance(near / sample.size(), random / sample.size());
  }

  private static double share(Shop shop, String text, List<String> others) {
    List<String> own = others.stream().filter(other -> !other.equals(text)).toList();
    return (double) own.stream().filter(other -> shop.related(text, other)).count() / own.size();
  }

  boolean holds() {
    return nearest >= 5 * random;
  }

  @Override
  public String toString() {
    return "of the five nearest %.0f %% are related, of any %.0f %%"
        .formatted(nearest * 100, random * 100);
  }
}
