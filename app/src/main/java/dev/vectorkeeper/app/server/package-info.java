/**
 * Worker, scheduler and HTTP API in one process. Start at {@link
 * dev.vectorkeeper.app.server.Server}; {@code openapi.yaml} lists the endpoints, and {@code api}
 * has what each of them does.
 */
@NullMarked
package dev.vectorkeeper.app.server;

import org.jspecify.annotations.NullMarked;
