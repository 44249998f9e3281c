package dev.vectorkeeper.examples;

import dev.vectorkeeper.examples.products.ProductsExample;
import java.util.Map;

class ProductsExamplePgTest extends ExamplePgTest {
  ProductsExamplePgTest() {
    super(new ProductsExample(), Map.of("P5", "not on this machine"));
  }
}
