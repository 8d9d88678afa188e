package dev.keelson.sim.run;

/**
 * What a run counted. Equal for every run of a seed.
 *
 * @param traceHash over everything that happened
 */
public record Result(
    long seed,
    long events,
    long virtualNanos,
    long traceHash,
    int operations,
    int crashes,
    long revision) {}
