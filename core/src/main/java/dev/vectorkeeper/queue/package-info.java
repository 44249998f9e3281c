/**
 * The queue: keys that the capture logged become claims, one a live collection, which workers
 * lease, complete or give back. Start at {@link dev.vectorkeeper.queue.Claims}; {@link
 * dev.vectorkeeper.queue.Failures} holds what did not work.
 */
@NullMarked
package dev.vectorkeeper.queue;

import org.jspecify.annotations.NullMarked;
