package dev.vectorkeeper.importing;

import java.util.Optional;

/**
 * Vectors of one model in a table of vectors.
 *
 * @param provider who made them, as the table says
 * @param model the model, as the table says
 * @param dimensions their components
 * @param task the task, as the table says
 * @param where the condition that tells them from the others in their table, if there are others
 * @param vectors how many there are
 */
record Made(
    Optional<String> provider,
    Optional<String> model,
    int dimensions,
    Optional<String> task,
    Optional<String> where,
    long vectors) {}
