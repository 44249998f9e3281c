package dev.vectorkeeper.adopt;

/**
 * What an adoption found and did.
 *
 * @param source the source
 * @param profile the profile whose vectors they are to be
 * @param candidates vectors of rows that want one and have none yet
 * @param changed rows among them whose text changed after their vector was made; they are embedded
 * @param sampled how many were embedded again and compared
 * @param agreeing how many of those are as similar as was asked for
 * @param lowest the lowest cosine of the sample
 * @param mean its mean cosine
 * @param shareLow the lower end of the 95 % interval of the share that agrees
 * @param shareHigh its upper end
 * @param adopted how many vectors were taken over
 * @param others how many vectors of rows that want none were taken over to be removed
 */
public record AdoptionReport(
    String source,
    String profile,
    long candidates,
    long changed,
    int sampled,
    int agreeing,
    double lowest,
    double mean,
    double shareLow,
    double shareHigh,
    long adopted,
    long others) {}
