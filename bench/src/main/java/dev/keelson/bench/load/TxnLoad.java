package dev.keelson.bench.load;

import com.google.protobuf.ByteString;
import dev.keelson.bench.h2.Client;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.mvccpb.KeyValue;
import java.io.IOException;
import java.time.Duration;

/** Guarded updates; reads the mod_revision of every key first, a thousand at a time. */
final class TxnLoad extends UnaryLoad {
  private static final Duration PAGE_LIMIT = Duration.ofSeconds(30);

  private final Client client;
  private final long[] modRevisions;

  private TxnLoad(Client client, int outstanding, long[] modRevisions, Data data, Stats stats) {
    super(
        client,
        outstanding,
        new TxnOperation(modRevisions, client.connections().size() * outstanding, data),
        stats);
    this.client = client;
    this.modRevisions = modRevisions;
  }

  static TxnLoad create(Client client, int outstanding, int keys, Data data, Stats stats) {
    return new TxnLoad(client, outstanding, new long[keys], data, stats);
  }

  @Override
  public void prepare() throws IOException, InterruptedException {
    Data names = new Data(0, 0);
    for (int from = 0; from < modRevisions.length; from += Data.KEYS_PER_PREFIX) {
      int to = Math.min(from + Data.KEYS_PER_PREFIX, modRevisions.length);
      RangeRequest page =
          RangeRequest.newBuilder()
              .setKey(ByteString.copyFrom(names.key(from)))
              .setRangeEnd(ByteString.copyFrom(names.key(to)))
              .setKeysOnly(true)
              .build();
      RangeResponse response = client.call(Methods.RANGE, page, RangeResponse.parser(), PAGE_LIMIT);
      if (response.getKvsCount() != to - from) {
        throw new IOException("keys are missing: load the data first");
      }
      int index = from;
      for (KeyValue kv : response.getKvsList()) {
        modRevisions[index++] = kv.getModRevision();
      }
    }
  }
}
