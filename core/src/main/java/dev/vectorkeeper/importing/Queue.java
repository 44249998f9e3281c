package dev.vectorkeeper.importing;

import java.util.List;

/**
 * A hand-made queue of rows that were to be embedded.
 *
 * @param table its name, for SQL
 * @param source the proposed source whose rows it names
 * @param pendingKeys a query for the keys of the rows that wait
 * @param pending how many wait, those that will be tried again among them
 * @param retried how many of those failed before
 * @param failed how many were given up
 * @param reasons why, the commonest first, with how often
 */
public record Queue(
    String table,
    String source,
    String pendingKeys,
    long pending,
    long retried,
    long failed,
    List<String> reasons) {}
