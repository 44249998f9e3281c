/** Tests of the local models with their real weights. Start at {@link LocalProviderTest}. */
@NullMarked
package dev.vectorkeeper.provider.local;

import org.jspecify.annotations.NullMarked;
