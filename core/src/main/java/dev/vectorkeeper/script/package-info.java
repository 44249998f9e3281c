/**
 * SQL that is printed for an administrator to review and run, where it is not what {@code apply}
 * runs itself (for that see {@code declare.ApplyScript}). Start at {@link
 * dev.vectorkeeper.script.PgCronJob}.
 */
@NullMarked
package dev.vectorkeeper.script;

import org.jspecify.annotations.NullMarked;
