/** The demo: real text in the embedded PostgreSQL, embedded, kept in step and found again. */
@NullMarked
package dev.vectorkeeper.app.demo;

import org.jspecify.annotations.NullMarked;
