package dev.keelson.sim.run;

import dev.keelson.sim.fault.Fault;
import java.util.Map;

/**
 * What a run counted. Equal for every run of a seed.
 *
 * @param traceHash over everything that happened
 */
public record Result(
    long seed,
    int members,
    long events,
    long virtualNanos,
    long traceHash,
    int operations,
    int watches,
    long revision,
    long elections,
    Map<Fault, Integer> faults) {}
