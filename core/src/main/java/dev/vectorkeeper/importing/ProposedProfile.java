package dev.vectorkeeper.importing;

import java.util.List;
import java.util.Optional;

/**
 * A profile of the proposed file.
 *
 * @param name its name
 * @param providers who made the vectors; several are routes to one model
 * @param model the model; absent where nothing says which
 * @param dimensions the components of its vectors
 * @param task the task, where the model knows it
 * @param notes what is to be known of it
 */
public record ProposedProfile(
    String name,
    List<String> providers,
    Optional<String> model,
    int dimensions,
    Optional<String> task,
    List<String> notes) {
  public ProposedProfile {
    providers = List.copyOf(providers);
    notes = List.copyOf(notes);
  }

  /** Whether it is known which model made the vectors. */
  public boolean known() {
    return model.isPresent() && !providers.isEmpty();
  }
}
