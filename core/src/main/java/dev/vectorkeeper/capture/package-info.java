/**
 * Change capture: triggers that append a changed row's key to the source's change log in the
 * writer's own transaction, and nothing else. Start at {@link dev.vectorkeeper.capture.Capture};
 * {@link dev.vectorkeeper.capture.CaptureDrift} finds what has come apart since.
 */
@NullMarked
package dev.vectorkeeper.capture;

import org.jspecify.annotations.NullMarked;
