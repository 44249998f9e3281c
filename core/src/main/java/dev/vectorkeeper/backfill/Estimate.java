package dev.vectorkeeper.backfill;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/**
 * What a backfill would do and cost, found without calling anybody.
 *
 * @param source the source
 * @param profile the profile
 * @param rows rows whose vector is missing or stale
 * @param texts different texts among them that have no vector yet, each of which is embedded once
 * @param tokens tokens of those texts
 * @param sampled how many of the texts the tokens were counted on; all of them up to some thousands
 * @param exactTokens whether the tokens are counted as the provider counts them
 * @param usd what the tokens cost in US dollars, where the price is known
 * @param tableBytes what the vectors take, with their keys
 * @param indexBytes what they take in the vector index
 * @param time how long it takes at least under the declared limits, where there are any
 */
public record Estimate(
    String source,
    String profile,
    long rows,
    long texts,
    long tokens,
    long sampled,
    boolean exactTokens,
    Optional<BigDecimal> usd,
    long tableBytes,
    long indexBytes,
    Optional<Duration> time) {}
