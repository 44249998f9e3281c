package dev.vectorkeeper.source;

/**
 * One column of a source's key.
 *
 * @param name its name in the user's table when the source was declared
 * @param position its attribute number, which survives renames
 * @param type its type for DDL and casts
 * @param target its name in the collections' tables and views
 */
public record KeyColumn(String name, int position, String type, String target) {}
