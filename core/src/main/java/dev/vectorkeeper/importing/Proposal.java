package dev.vectorkeeper.importing;

import java.util.List;

/**
 * How a hand-made system becomes Vectorkeeper's.
 *
 * @param yaml the configuration file
 * @param profiles its profiles
 * @param before statements that make names free that the file needs
 * @param adoptions the adoptions that follow {@code apply}
 * @param queues hand-made queues, whose rows are looked after
 * @param parts what of the hand-made system is to be switched off afterwards
 * @param passed what was found and left alone, and why
 */
public record Proposal(
    String yaml,
    List<ProposedProfile> profiles,
    List<String> before,
    List<Adopting> adoptions,
    List<Queue> queues,
    List<Part> parts,
    List<String> passed) {

  /** What must be said before the file can be applied, a sentence each. */
  public List<String> missing() {
    return profiles.stream()
        .filter(profile -> !profile.known())
        .map(profile -> profile.notes().get(profile.notes().size() - 1) + ".")
        .toList();
  }

  /** Whether the file can be applied as it is. */
  public boolean isComplete() {
    return missing().isEmpty();
  }
}
