/**
 * Embedding spaces: what shapes one, its fingerprint, and the provider that embeds into it. Start
 * at {@link dev.vectorkeeper.profile.ProfileDefinition}.
 */
@NullMarked
package dev.vectorkeeper.profile;

import org.jspecify.annotations.NullMarked;
