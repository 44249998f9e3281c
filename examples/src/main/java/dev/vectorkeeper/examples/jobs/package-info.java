/**
 * A job board with a queue, an endpoint that works it off, and retries. Start at {@link
 * dev.vectorkeeper.examples.jobs.JobsExample}.
 */
@NullMarked
package dev.vectorkeeper.examples.jobs;

import org.jspecify.annotations.NullMarked;
