/** Where spans go; meters go to Micrometer's global registry. Both do nothing until told where. */
@NullMarked
package dev.vectorkeeper.observe;

import org.jspecify.annotations.NullMarked;
