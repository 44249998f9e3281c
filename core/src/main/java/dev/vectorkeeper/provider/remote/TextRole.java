package dev.vectorkeeper.provider.remote;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How texts of one side are marked for the model.
 *
 * @param taskName the vendor's name of the task; null where none is named
 * @param prefix what is put before each text; may be empty
 */
public record TextRole(@Nullable String taskName, String prefix) {

  /** The vendor's name of the task, where one is named. */
  public Optional<String> task() {
    return Optional.ofNullable(taskName);
  }
}
