package dev.vectorkeeper.importing;

/**
 * A part of the hand-made system that is to be switched off once its vectors are adopted.
 *
 * @param what what it is, for people
 * @param sql the statement that switches it off and can be taken back
 * @param later the statement that removes it for good
 */
public record Part(String what, String sql, String later) {}
