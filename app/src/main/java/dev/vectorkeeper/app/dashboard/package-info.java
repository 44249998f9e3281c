/**
 * The files of the page that the server shows to people. The page itself is in the resources beside
 * this package and talks to the public API alone. Start at {@link
 * dev.vectorkeeper.app.dashboard.Asset}, then {@code app.js}.
 */
@NullMarked
package dev.vectorkeeper.app.dashboard;

import org.jspecify.annotations.NullMarked;
