/**
 * The example products: three ways to fill a column. Start at {@link
 * dev.vectorkeeper.examples.products.ProductsExample}.
 */
@NullMarked
package dev.vectorkeeper.examples.products;

import org.jspecify.annotations.NullMarked;
