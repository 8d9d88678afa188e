package dev.keelson.sim.run;

import dev.keelson.sim.fault.Fault;
import dev.keelson.sim.membership.Change;
import java.util.Map;

/**
 * What a run counted. Equal for every run of a seed.
 *
 * @param members how many there were in the end
 * @param traceHash over everything that happened
 * @param machines how many there were over time
 * @param crashes how often a process ended, in whatever way
 * @param changes of the membership that succeeded
 * @param messages what became of messages that did not simply arrive
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
    int machines,
    int crashes,
    Map<Fault, Integer> faults,
    Map<Change, Integer> changes,
    Map<String, Long> messages) {}
