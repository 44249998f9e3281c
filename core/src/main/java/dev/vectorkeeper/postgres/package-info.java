/**
 * The connection to PostgreSQL: addresses, pinned sessions, quoted names. Depends on no other
 * package of the engine. Start at {@link dev.vectorkeeper.postgres.Database}.
 */
@NullMarked
package dev.vectorkeeper.postgres;

import org.jspecify.annotations.NullMarked;
