/**
 * A private PostgreSQL cluster that the program starts itself from the PostgreSQL installed on this
 * machine, so that nothing has to be set up first. Start at {@link
 * dev.vectorkeeper.postgres.embedded.EmbeddedPostgres}; what happens to one data directory is in
 * {@code SharedCluster}. Depends on the JDK and the JDBC driver alone.
 */
@NullMarked
package dev.vectorkeeper.postgres.embedded;

import org.jspecify.annotations.NullMarked;
