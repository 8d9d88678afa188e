package dev.keelson.operator.model.membership;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Chooses the members that scaling down removes. */
final class Victims {
  private Victims() {}

  /**
   * The next members to remove, in the order of removal: two while the number of voters is odd, so
   * that the even number between lasts for one call only; else one. Unhealthy voters go first, then
   * those in the most crowded zone, then the highest serial number; the leader goes last.
   */
  static List<Long> choose(Observation seen, Membership membership) {
    int surplus = membership.voterCount() - seen.wanted().target();
    int count = membership.voterCount() % 2 == 1 && surplus >= 2 ? 2 : 1;
    List<MemberView> left = new ArrayList<>(membership.voters());
    List<Long> chosen = new ArrayList<>();
    while (chosen.size() < count) {
      MemberView victim = next(seen, left);
      chosen.add(victim.serial());
      left.remove(victim);
    }
    return chosen;
  }

  private static MemberView next(Observation seen, List<MemberView> voters) {
    Map<String, Long> crowd =
        voters.stream()
            .collect(Collectors.groupingBy(voter -> zone(seen, voter), Collectors.counting()));
    Comparator<MemberView> order =
        Comparator.comparing(MemberView::leader)
            .thenComparing(MemberView::healthy)
            .thenComparing(voter -> -crowd.getOrDefault(zone(seen, voter), 0L))
            .thenComparing(voter -> -voter.serial());
    return voters.stream().filter(MemberView::ours).min(order).orElseThrow();
  }

  private static String zone(Observation seen, MemberView voter) {
    PodView pod = seen.pod(voter.serial());
    return pod == null ? "" : pod.zone();
  }
}
