package dev.vectorkeeper.verify;

/**
 * A figure from a sample.
 *
 * @param value the figure
 * @param low the lower end of its 95 % interval
 * @param high the upper end
 */
public record Interval(double value, double low, double high) {}
