package dev.vectorkeeper.queue;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A leased batch of changed keys of one collection.
 *
 * @param ids the leased rows of the queue
 * @param token proves that this worker still holds them
 * @param keys the keys to recheck, each once
 * @param oldest when the first of them was logged
 */
public record Claim(List<Long> ids, UUID token, List<String> keys, Instant oldest) {}
