package dev.vectorkeeper.source;

import dev.vectorkeeper.postgres.SqlName;
import java.time.Duration;
import java.util.Optional;

/**
 * Vectors of entities made from those of the items that they are linked to, such as a user's from
 * the things that the user liked: the weighted mean, normalised.
 *
 * @param name its name, which is also that of its view
 * @param source the source whose rows are the items
 * @param links the table that says which entity is linked to which item
 * @param entity the column of the entity
 * @param item the column of the item, a key of the source
 * @param weight the column of the link's weight; 1 where absent
 * @param at the column of the link's time
 * @param halfLife the time after which a link counts half; links never fade where absent
 */
public record DerivedDefinition(
    String name,
    String source,
    SqlName links,
    String entity,
    String item,
    Optional<String> weight,
    Optional<String> at,
    Optional<Duration> halfLife) {}
