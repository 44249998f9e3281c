package dev.vectorkeeper.verify;

import java.util.Optional;

/**
 * A verification with the two looks that people take by hand: rows against vectors, and what is
 * near the newest row.
 *
 * @param report what was verified
 * @param parity rows and vectors side by side
 * @param newest what a search with the newest row's vector finds; nothing where there are no
 *     vectors
 */
public record Validation(VerificationReport report, Parity parity, Optional<NewestRow> newest) {}
