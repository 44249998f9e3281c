/**
 * Who may call the server. {@link dev.vectorkeeper.access.Tokens} is what the catalog knows of
 * them.
 */
@NullMarked
package dev.vectorkeeper.access;

import org.jspecify.annotations.NullMarked;
