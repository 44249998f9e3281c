/**
 * One column of vectors in the place of another: what of the user's depends on the column, its like
 * on the other one, and the exchange of their names in one short transaction (postgres-facts 20).
 */
@NullMarked
package dev.vectorkeeper.swap;

import org.jspecify.annotations.NullMarked;
