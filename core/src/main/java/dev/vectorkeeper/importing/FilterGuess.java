package dev.vectorkeeper.importing;

/**
 * Which rows have vectors.
 *
 * @param where the condition as a file declares it
 * @param why what speaks for it
 * @param withVectors how many rows that do not pass have a vector
 */
record FilterGuess(String where, String why, long withVectors) {}
