package dev.keelson.bench.load;

import com.google.protobuf.ByteString;
import dev.keelson.bench.h2.Client;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The keys a server is loaded with before it is measured. */
public final class DataSet {
  private static final int CONNECTIONS = 20;
  private static final int OUTSTANDING = 20;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final Duration READ_LIMIT = Duration.ofSeconds(2);

  private DataSet() {}

  /**
   * Puts every key once.
   *
   * @throws IOException when a put fails or not all are done within {@code limit}
   */
  public static void load(
      List<InetSocketAddress> servers, int keys, int valueBytes, long seed, Duration limit)
      throws IOException, InterruptedException {
    Stats stats = new Stats();
    try (Client client = Client.connect(servers, CONNECTIONS, CONNECT_LIMIT, Map.of())) {
      PutOperation puts = PutOperation.eachOnce(keys, new Data(valueBytes, seed));
      UnaryLoad load = new UnaryLoad(client, OUTSTANDING, puts, stats);
      load.start();
      boolean all = load.awaitEnd(limit.toSeconds());
      load.finish();
      long done = stats.takeLatencies().getTotalCount();
      if (!all || done != keys) {
        throw new IOException("loaded " + done + " of " + keys + " keys: " + stats.errors());
      }
    }
  }

  /** Whether the server answers a linearizable read of one key now. */
  public static boolean answers(InetSocketAddress server) throws InterruptedException {
    RangeRequest request =
        RangeRequest.newBuilder().setKey(ByteString.copyFrom(new Data(0, 0).key(0))).build();
    try (Client client = Client.connect(server, 1, READ_LIMIT)) {
      client.call(Methods.RANGE, request, RangeResponse.parser(), READ_LIMIT);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
