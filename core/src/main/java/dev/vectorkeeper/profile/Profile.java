package dev.vectorkeeper.profile;

import java.util.Optional;

/**
 * A profile in the catalog: one embedding space.
 *
 * @param id its number in the catalog
 * @param name the user's name for it
 * @param space what the vectors are
 * @param paused why nothing is embedded under it at present, if it is paused
 */
public record Profile(int id, String name, Space space, Optional<String> paused) {}
