/**
 * How much to send, how much of it at once, and when: packing texts into requests, counting tokens,
 * the number of requests in flight, and a provider's quota. Everything here is computed from what
 * is handed in; nothing waits, and nothing knows HTTP or a vendor. Start at {@link
 * dev.vectorkeeper.provider.pace.RequestPacker} and {@link
 * dev.vectorkeeper.provider.pace.QuotaGate}.
 */
@NullMarked
package dev.vectorkeeper.provider.pace;

import org.jspecify.annotations.NullMarked;
