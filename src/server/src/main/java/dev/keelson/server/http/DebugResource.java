package dev.keelson.server.http;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.keelson.raft.Status;
import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberView;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Locale;

/**
 * {@code /debug/vars}: what programs that read Go's expvar look for. The command line is left out,
 * which is nobody's business who may not read the process table.
 */
@Path("/debug/vars")
public final class DebugResource {
  private final MemberView view;

  DebugResource(Member member) {
    this.view = member.view();
  }

  /** The variables of etcd that mean something here, as one JSON object. */
  @GET
  public Response variables() {
    JsonObject all = new JsonObject();
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      all.put("file_descriptor_limit", unix.getMaxFileDescriptorCount());
    }
    all.put("memstats", memory());
    Status status = view.raftStatus();
    if (status != null) {
      all.put("raft.status", raft(status));
    }
    return Response.ok(all.encode() + "\n", "application/json; charset=utf-8").build();
  }

  /** The fields of Go's memory statistics that have a counterpart, in bytes and nanoseconds. */
  private static JsonObject memory() {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    long millis = collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
    return new JsonObject()
        .put("Alloc", heap.getUsed())
        .put("HeapAlloc", heap.getUsed())
        .put("HeapSys", heap.getCommitted())
        .put(
            "NumGC",
            collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum())
        .put("PauseTotalNs", millis * 1_000_000);
  }

  private static JsonObject raft(Status status) {
    JsonObject progress = new JsonObject();
    status
        .progress()
        .forEach(
            (id, peer) ->
                progress.put(
                    Long.toHexString(id),
                    new JsonObject()
                        .put("match", peer.match())
                        .put("next", peer.next())
                        .put("state", state(peer.state()))));
    return new JsonObject()
        .put("id", Long.toHexString(status.id()))
        .put("term", status.term())
        .put("vote", Long.toHexString(status.vote()))
        .put("commit", status.commit())
        .put("lead", Long.toHexString(status.leader()))
        .put("raftState", state(status.role()))
        .put("applied", status.applied())
        .put("progress", progress)
        .put("leadtransferee", Long.toHexString(status.transferee()));
  }

  /** {@code PRE_CANDIDATE} as etcd writes it: {@code StatePreCandidate}. */
  private static String state(Enum<?> state) {
    StringBuilder name = new StringBuilder("State");
    for (String word : state.name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }
}
