package dev.keelson.sim.network;

import dev.keelson.node.peer.Transport;
import dev.keelson.raft.Message;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects hosts by their peer URLs. What is broken is said per link and direction, and until when.
 */
public final class SimNetwork {
  private final EventQueue queue;
  private final Chance chance;
  private final BiConsumer<Life, Message> observer;
  private final Map<String, Endpoint> listening = new HashMap<>();
  private final Map<Long, Link> links = new HashMap<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private Weather weather;

  /**
   * A network on which all is well.
   *
   * @param observer sees every message when its member hands it over
   */
  public SimNetwork(
      EventQueue queue, Chance chance, Weather weather, BiConsumer<Life, Message> observer) {
    this.queue = queue;
    this.chance = chance;
    this.weather = weather;
    this.observer = observer;
  }

  /** The network's end of a process that listens at a URL. */
  public Transport endpoint(Life life, String url) {
    return new Endpoint(this, life, url);
  }

  /** Nothing passes from one host to another for a while. */
  public void cut(int from, int to, long nanos) {
    link(from, to).cut(queue.nowNanos() + nanos);
  }

  /** Much is lost on the way from one host to another for a while. */
  public void flaky(int from, int to, long nanos, int lossPermille) {
    link(from, to).flaky(queue.nowNanos() + nanos, lossPermille);
  }

  /** Everything takes longer from one host to another for a while. */
  public void slow(int from, int to, long nanos, long extraNanos) {
    link(from, to).slow(queue.nowNanos() + nanos, extraNanos);
  }

  /** All links are well again, and nothing is lost any more. */
  public void calm() {
    links.values().forEach(Link::mend);
    weather = weather.calm();
  }

  /** How often each thing happened to messages. */
  public Map<String, Long> counts() {
    return counts;
  }

  void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  EventQueue queue() {
    return queue;
  }

  Chance chance() {
    return chance;
  }

  Weather weather() {
    return weather;
  }

  void observe(Life sender, Message message) {
    observer.accept(sender, message);
  }

  void listen(String url, Endpoint endpoint) {
    listening.put(url, endpoint);
  }

  void silence(String url, Endpoint endpoint) {
    listening.remove(url, endpoint);
  }

  /** Who listens at a URL and is alive; null if nobody does. */
  @Nullable Endpoint at(String url) {
    Endpoint endpoint = listening.get(url);
    return endpoint == null || !endpoint.life().alive() ? null : endpoint;
  }

  Link link(int from, int to) {
    return links.computeIfAbsent((long) from << 32 | to, key -> new Link());
  }

  /** How long something takes from one host to another if it gets there. */
  long delay(Link link) {
    return chance.delay(weather.delayMin(), weather.delayMax()) + link.extraNanos(queue.nowNanos());
  }

  /** Whether what is sent now is lost. */
  boolean loses(Link link) {
    if (link.isCut(queue.nowNanos())) {
      count("cut");
      return true;
    }
    if (chance.permille(weather.lossPermille())
        || chance.permille(link.lossPermille(queue.nowNanos()))) {
      count("lost");
      return true;
    }
    return false;
  }
}
