package dev.keelson.sim.member;

import dev.keelson.node.MemberSettings;
import dev.keelson.node.MemberStartException;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.node.peer.Transport;

/** What a host tells the simulation, and asks of it. */
public interface HostEvents {
  /** The settings of a process that is about to start; where its files are is the machine's. */
  MemberSettings settings(Host host);

  /** The way to the other members for a process that is about to start. */
  Transport transport(Life process);

  /** Looks on at what is written to the log. */
  DurableLog watch(Life process, DurableLog log);

  /** Looks on at what consensus decides. */
  NodeLoop.Ports watch(Life process, NodeLoop.Ports ports);

  /** The member is open and has started. */
  void started(Life process);

  /** A write, persist or rename of the disk is about to happen. */
  void diskStep(Life process);

  /** The member would not open. */
  void refused(Life process, MemberStartException reason);

  /** The process is no more: killed, without power, or stopped. */
  void died(Life process);

  /** The member found that it cannot go on; its process ends with this. */
  void failed(Life process, Throwable cause);

  /** A start threw what no member may throw. */
  void broken(Throwable cause);
}
