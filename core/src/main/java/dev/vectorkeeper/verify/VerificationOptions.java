package dev.vectorkeeper.verify;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of a verification.
 *
 * @param limits other limits than the checks' own
 * @param sample how many rows the searches are tried with
 * @param neighbours how many nearest rows are looked for
 * @param seed decides which rows are the sample
 * @param against the profile whose space is compared; the active one where it is another, where
 *     nothing is given
 * @param thresholds similarities in that space that are to be translated
 * @param pairs pairs of rows of which somebody knows whether they belong together
 */
public record VerificationOptions(
    Map<CheckKind, Double> limits,
    int sample,
    int neighbours,
    long seed,
    Optional<String> against,
    List<Double> thresholds,
    List<LabelledPair> pairs) {

  /** The checks' own limits, 200 rows, 10 neighbours, and nothing to translate. */
  public static final VerificationOptions DEFAULT =
      new VerificationOptions(Map.of(), 200, 10, 1, Optional.empty(), List.of(), List.of());

  public VerificationOptions {
    limits = Map.copyOf(limits);
    thresholds = List.copyOf(thresholds);
    pairs = List.copyOf(pairs);
  }

  /**
   * Two rows of which somebody says whether they belong together.
   *
   * @param first a key in its text form
   * @param second another
   * @param same whether they belong together
   */
  public record LabelledPair(String first, String second, boolean same) {}

  /** The same against the space of a profile, where none was asked for. */
  public VerificationOptions againstOr(String profile) {
    return new VerificationOptions(
        limits,
        sample,
        neighbours,
        seed,
        against.or(() -> Optional.of(profile)),
        thresholds,
        pairs);
  }

  Optional<Double> limit(CheckKind kind) {
    return Optional.ofNullable(limits.get(kind)).or(kind::limit);
  }
}
