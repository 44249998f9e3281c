/**
 * Bounded pieces of work that are asked for from outside: by a call of the server, a schedule, or a
 * person. Start at {@link dev.vectorkeeper.run.Runs}.
 */
@NullMarked
package dev.vectorkeeper.run;

import org.jspecify.annotations.NullMarked;
