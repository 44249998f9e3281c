/**
 * Keys of providers: from the environment, a file, an encrypted store in the catalog, or Supabase
 * Vault. Start at {@link dev.vectorkeeper.secret.Secrets}.
 */
@NullMarked
package dev.vectorkeeper.secret;

import org.jspecify.annotations.NullMarked;
