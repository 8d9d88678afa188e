package dev.keelson.node.peer;

import dev.keelson.proto.peer.PeerGrpc;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in who belongs to the cluster and knows whom it is talking to; anybody may ask who this
 * member is. Each refusal is logged once.
 *
 * <p>A member that was away may not know of members that joined meanwhile, one of which may lead;
 * so a stranger is asked about ({@link Inquiry}). One of which the log says that it was removed is
 * never asked about: another member may not know yet. Only the log says so; that a member is
 * missing from the list for a while proves nothing, and whoever is told that it was removed ends
 * for good.
 */
final class Admission implements ServerInterceptor {
  /** What a member is told that was removed from the cluster. */
  static final String REMOVED = "cannot process message from removed member";

  private static final String UNKNOWN = "cannot process message from unknown member";
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
  private static final int LOGGED_MAX = 1000;

  /** More places than a member has are not tried on a stranger's word. */
  private static final int OWN_URLS_MAX = 8;

  private final long clusterId;
  private final long memberId;
  private final LongPredicate removed;
  private final BiConsumer<Long, List<String>> stranger;
  private final Set<Long> guests = new HashSet<>();
  private final Set<String> logged =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > LOGGED_MAX;
            }
          });
  private Set<Long> members = Set.of();

  /**
   * Creates the check.
   *
   * @param removed whether the log says that a member was removed from the cluster
   * @param stranger told of a sender that nobody here knows, and where it says it is reached
   */
  Admission(
      long clusterId,
      long memberId,
      LongPredicate removed,
      BiConsumer<Long, List<String>> stranger) {
    this.clusterId = clusterId;
    this.memberId = memberId;
    this.removed = removed;
    this.stranger = stranger;
  }

  /** The members from now on. */
  synchronized void setMembers(Set<Long> now) {
    guests.removeAll(now);
    guests.removeIf(removed::test);
    members = Set.copyOf(now);
  }

  /** It was found to belong here; false if it was a member here already. */
  synchronized boolean admitGuest(long id) {
    return !removed.test(id) && !members.contains(id) && guests.add(id);
  }

  synchronized boolean isAdmitted(long id) {
    return members.contains(id) || guests.contains(id);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    boolean introduction =
        call.getMethodDescriptor()
            .getFullMethodName()
            .equals(PeerGrpc.getDescribeMethod().getFullMethodName());
    Status refusal =
        introduction
            ? null
            : judge(
                Identity.from(headers),
                ownUrls(headers),
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    if (refusal != null) {
      call.close(refusal, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }

  /**
   * Why somebody is not let in; null if they are.
   *
   * @param urls where they say they are reached
   * @param from their end of the connection
   */
  @Nullable Status judge(
      @Nullable Identity identity, List<String> urls, @Nullable SocketAddress from) {
    if (identity == null) {
      return refuse(
          Status.INVALID_ARGUMENT, "a peer call does not say who calls whom", "from " + host(from));
    }
    String sender = "member " + Identity.hex(identity.from());
    if (identity.cluster() != clusterId) {
      return refuse(
          Status.FAILED_PRECONDITION,
          "cluster ID mismatch",
          "%s at %s is of cluster %s, this is cluster %s"
              .formatted(
                  sender, host(from), Identity.hex(identity.cluster()), Identity.hex(clusterId)));
    }
    if (identity.to() != memberId) {
      return refuse(
          Status.FAILED_PRECONDITION,
          "to field mismatch",
          "%s at %s looks for member %s, this is member %s"
              .formatted(sender, host(from), Identity.hex(identity.to()), Identity.hex(memberId)));
    }
    if (isAdmitted(identity.from())) {
      return null;
    }
    if (removed.test(identity.from())) {
      return refuse(Status.PERMISSION_DENIED, REMOVED, sender);
    }
    if (identity.from() != memberId && identity.from() != 0) {
      stranger.accept(identity.from(), urls.stream().limit(OWN_URLS_MAX).toList());
    }
    return refuse(Status.PERMISSION_DENIED, UNKNOWN, sender + " at " + host(from));
  }

  private static List<String> ownUrls(Metadata headers) {
    String urls = headers.get(Identity.URLS);
    return urls == null || urls.isEmpty() ? List.of() : List.of(urls.split(","));
  }

  /** The host only: the port is another one each time. */
  private static String host(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getHostString()
        : String.valueOf(address);
  }

  private synchronized Status refuse(Status status, String text, String detail) {
    if (logged.add(text + detail)) {
      LOG.atWarn().addKeyValue("reason", detail).log("refused a peer: " + text);
    }
    return status.withDescription(text + ": " + detail);
  }

  /** Why a member that was let in is no longer listened to. */
  Status refusal(long member) {
    return Status.PERMISSION_DENIED.withDescription(removed.test(member) ? REMOVED : UNKNOWN);
  }

  /** Whether a peer refused because this member was removed. */
  static boolean isRemoval(Status refusal) {
    String text = refusal.getDescription();
    return refusal.getCode() == Status.Code.PERMISSION_DENIED
        && text != null
        && text.startsWith(REMOVED);
  }
}
