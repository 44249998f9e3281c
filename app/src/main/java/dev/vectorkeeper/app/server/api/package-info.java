/** What the endpoints of {@code openapi.yaml} do, a class for each group of them. */
@NullMarked
package dev.vectorkeeper.app.server.api;

import org.jspecify.annotations.NullMarked;
