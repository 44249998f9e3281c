package dev.vectorkeeper.access;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a token; the token itself is not.
 *
 * @param name its name
 * @param scopes what its bearer may do
 * @param createdAt when it was made
 * @param expiresAt until when it is good
 * @param usedAt when it was used last, to the minute
 */
public record Token(
    String name,
    Set<Scope> scopes,
    Instant createdAt,
    Optional<Instant> expiresAt,
    Optional<Instant> usedAt) {}
