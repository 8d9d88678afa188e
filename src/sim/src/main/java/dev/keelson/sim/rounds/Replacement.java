package dev.keelson.sim.rounds;

import dev.keelson.proto.etcdserverpb.Member;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Replaces a member for good, as an administrator does whose machine has burnt: remove the old one,
 * add a learner in its place, start it without data, promote it. Each step may be carried out
 * though its answer was lost, so it is looked whether it was.
 */
final class Replacement {
  private final Fleet fleet;
  private final Admin admin;
  private final Seat seat;

  /** The member that is asked; another one after each failure. */
  private int asked;

  Replacement(Fleet fleet, Admin admin, Seat seat) {
    this.fleet = fleet;
    this.admin = admin;
    this.seat = seat;
    this.asked = seat.number();
  }

  void carryOut() throws InterruptedException {
    String url = fleet.peerUrl(seat.number());
    long old = find(url, "the member to be removed").getID();
    seat.kill();
    Patience.until(
        "removal of " + seat.name(),
        () -> {
          if (isListed(old)) {
            admin.remove(next(), old);
          }
          return !isListed(old);
        });
    Patience.until(
        "a learner at " + url,
        () -> {
          if (admin.at(next(), url).isEmpty()) {
            admin.addLearner(asked, url);
          }
          return admin.at(asked, url).isPresent();
        });
    long learner = find(url, "the learner").getID();
    fleet.replace(seat, membersWith(learner));
    seat.launch();
    seat.process().awaitReady();
    Patience.until(
        "promotion of " + seat.name(),
        () -> {
          if (isLearner(learner)) {
            admin.promote(next(), learner);
          }
          return !isLearner(learner);
        });
  }

  /** Any member but the one in question. */
  private int next() {
    do {
      asked = asked % fleet.seats().size() + 1;
    } while (asked == seat.number());
    return asked;
  }

  private Member find(String url, String what) throws InterruptedException {
    Member[] found = new Member[1];
    Patience.until(
        what,
        () -> {
          Optional<Member> at = admin.at(next(), url);
          at.ifPresent(member -> found[0] = member);
          return at.isPresent();
        });
    return found[0];
  }

  private boolean isListed(long id) {
    return admin.list(next()).stream().anyMatch(member -> member.getID() == id);
  }

  private boolean isLearner(long id) {
    return admin.list(next()).stream()
        .anyMatch(member -> member.getID() == id && member.getIsLearner());
  }

  /** As {@code --initial-cluster} wants it; the learner has not told its name yet. */
  private String membersWith(long learner) throws InterruptedException {
    StringBuilder text = new StringBuilder();
    Patience.until(
        "the list of members",
        () -> {
          List<Member> members = admin.list(next());
          text.setLength(0);
          text.append(
              members.stream()
                  .map(
                      member ->
                          (member.getID() == learner ? seat.name() : member.getName())
                              + "="
                              + member.getPeerURLs(0))
                  .collect(Collectors.joining(",")));
          return true;
        });
    return text.toString();
  }
}
