package dev.keelson.sim.network;

import dev.keelson.node.peer.Inquiry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom one end of the network listens to, by the rules of the server's own transport: members, and
 * strangers that were found to belong here; one that was a member never again.
 */
final class Vouching {
  private static final long ASK_AGAIN_NANOS = 2_000_000_000L;

  private final Map<Long, List<String>> guests = new LinkedHashMap<>();
  private final Set<Long> former = new HashSet<>();
  private final Map<Long, Long> asked = new HashMap<>();
  private Map<Long, List<String>> members = Map.of();

  /** The members from now on. */
  void setMembers(Map<Long, List<String>> now) {
    former.addAll(members.keySet());
    former.removeAll(now.keySet());
    guests.keySet().removeAll(now.keySet());
    members = new LinkedHashMap<>(now);
  }

  boolean isAdmitted(long id) {
    return members.containsKey(id) || guests.containsKey(id);
  }

  boolean isFormer(long id) {
    return former.contains(id);
  }

  @Nullable List<String> urls(long id) {
    List<String> urls = members.get(id);
    return urls == null ? guests.get(id) : urls;
  }

  /** Where members are asked about a stranger. */
  Set<String> memberUrls() {
    Set<String> urls = new LinkedHashSet<>();
    members.values().forEach(urls::addAll);
    return urls;
  }

  /** Whether it is time to ask about a stranger. */
  boolean mayAsk(long id, long nowNanos) {
    Long last = asked.get(id);
    if (last != null && nowNanos - last < ASK_AGAIN_NANOS) {
      return false;
    }
    asked.put(id, nowNanos);
    return true;
  }

  /** Asks those who answer about a stranger, which is let in or not. */
  Inquiry inquire(long stranger, long clusterId) {
    return new Inquiry(stranger, clusterId, urls -> admit(stranger, urls));
  }

  private void admit(long stranger, List<String> urls) {
    if (!isFormer(stranger) && !members.containsKey(stranger)) {
      guests.put(stranger, urls);
    }
  }
}
