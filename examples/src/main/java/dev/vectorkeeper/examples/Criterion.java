package dev.vectorkeeper.examples;

/**
 * Something that a system has to do.
 *
 * @param number its number, such as M1
 * @param wording what it is, in a few words
 */
public record Criterion(String number, String wording) {}
