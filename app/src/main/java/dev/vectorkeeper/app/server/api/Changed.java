package dev.vectorkeeper.app.server.api;

/**
 * What is answered where something is turned on or off.
 *
 * @param changed whether it was not so before
 */
record Changed(boolean changed) {}
