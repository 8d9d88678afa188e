package dev.keelson.sim.client;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.sim.time.Chance;
import java.util.List;

/** What watchers ask for: one key, a few, or all, with any of the options. */
public final class WatchRequests {
  private WatchRequests() {}

  /** Draws one. */
  public static WatchCreateRequest draw(Chance chance, List<ByteString> keys) {
    WatchCreateRequest.Builder request =
        WatchCreateRequest.newBuilder()
            .setPrevKv(chance.even())
            .setProgressNotify(chance.even())
            .setFragment(chance.permille(300));
    switch (chance.below(4)) {
      case 0 -> request.setKey(chance.pick(keys));
      case 1 -> request.setKey(chance.pick(keys)).setRangeEnd(chance.pick(keys));
      default -> request.setKey(Workload.FIRST_KEY).setRangeEnd(Workload.FIRST_KEY);
    }
    if (chance.permille(100)) {
      request.addFilters(chance.even() ? FilterType.NOPUT : FilterType.NODELETE);
    }
    return isEmpty(request) ? request.clearRangeEnd().build() : request.build();
  }

  private static boolean isEmpty(WatchCreateRequest.Builder request) {
    return !request.getRangeEnd().isEmpty()
        && !request.getRangeEnd().equals(Workload.FIRST_KEY)
        && ByteString.unsignedLexicographicalComparator()
                .compare(request.getKey(), request.getRangeEnd())
            >= 0;
  }
}
