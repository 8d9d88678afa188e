package dev.keelson.server.command.snapshot;

import dev.keelson.node.ClusterIds;
import dev.keelson.node.MemberSeed;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.config.InitialCluster;
import dev.keelson.server.config.Url;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say which cluster is made and which of its members this one is; as in etcdutl. */
public final class NewCluster {
  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of this member (default: ${DEFAULT-VALUE}).")
  private String name = "default";

  @Option(
      names = "--initial-cluster",
      paramLabel = "NAME=URL,...",
      description = "Peer URLs of all members of the new cluster (default: this member alone).")
  private @Nullable String initialCluster;

  @Option(
      names = "--initial-cluster-token",
      paramLabel = "TOKEN",
      description = "Sets clusters with equal URLs apart (default: ${DEFAULT-VALUE}).")
  private String token = "etcd-cluster";

  @Option(
      names = "--initial-advertise-peer-urls",
      paramLabel = "URL,...",
      description = "Peer URLs of this member (default: ${DEFAULT-VALUE}).")
  private String peerUrls = "http://localhost:2380";

  /**
   * The members of the new cluster.
   *
   * @throws CommandException if the flags contradict each other
   */
  public MemberSeed seed() {
    try {
      TreeSet<String> own = new TreeSet<>();
      for (String url : peerUrls.split(",", -1)) {
        own.add(Url.parse(url).toString());
      }
      InitialCluster cluster =
          InitialCluster.parse(
              initialCluster == null
                  ? name + "=" + String.join("," + name + "=", own)
                  : initialCluster);
      List<Url> listed = cluster.members().get(name);
      if (listed == null) {
        throw CommandException.usage(
            "member \"" + name + "\" is not in --initial-cluster " + cluster);
      }
      if (!texts(listed).equals(List.copyOf(own))) {
        throw CommandException.usage(
            "--initial-cluster has %s for member \"%s\" but --initial-advertise-peer-urls is %s"
                .formatted(texts(listed), name, own));
      }
      List<Member> members = new ArrayList<>();
      cluster.members().forEach((each, urls) -> members.add(member(each, texts(urls))));
      if (members.stream().map(Member::getID).distinct().count() < members.size()) {
        throw CommandException.usage(
            "two members have the same URLs in --initial-cluster " + cluster);
      }
      return new MemberSeed(members, member(name, List.copyOf(own)));
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
  }

  private Member member(String memberName, List<String> urls) {
    return Member.newBuilder()
        .setID(ClusterIds.member(urls, token))
        .setRaftAttributes(RaftAttributes.newBuilder().addAllPeerUrls(urls))
        .setMemberAttributes(Attributes.newBuilder().setName(memberName))
        .build();
  }

  private static List<String> texts(List<Url> urls) {
    return urls.stream().map(Url::toString).toList();
  }
}
