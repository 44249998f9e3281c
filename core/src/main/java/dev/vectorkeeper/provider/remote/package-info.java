/**
 * Remote embedding services: ten vendors behind one provider. What differs between vendors stands
 * in one file each ({@link dev.vectorkeeper.provider.remote.OpenAi}, ...); asking, reading headers,
 * checking answers and naming failures is shared. Start at {@link
 * dev.vectorkeeper.provider.remote.RemoteProvider#embed}. Depends on the provider seam and on
 * {@code provider.pace} alone.
 */
@NullMarked
package dev.vectorkeeper.provider.remote;

import org.jspecify.annotations.NullMarked;
