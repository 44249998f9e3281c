/** What people and scripts see: tables, progress bars, JSON. */
@NullMarked
package dev.vectorkeeper.app.terminal;

import org.jspecify.annotations.NullMarked;
