package dev.keelson.bench.load;

import dev.keelson.bench.h2.Client;
import java.util.List;
import java.util.Locale;

/** The loads by name, each with the shape in which it is reported. */
public enum Scenario {
  PUT("put", 100, 10),
  RANGE("range", 100, 10),
  RANGE_SERIALIZABLE("range-serializable", 100, 10),
  PREFIX("prefix-1000", 10, 4),
  TXN("txn", 100, 10),
  WATCH("watch-100", 101, 10),
  WATCH_1000("watch-1000", 101, 10),
  KEEPALIVE("keepalive", 100, 10),
  PUT_1X1("put-1x1", 1, 1),
  RANGE_1X1("range-1x1", 1, 1),
  TXN_1X1("txn-1x1", 1, 1),
  KEEPALIVE_1X1("keepalive-1x1", 1, 1),
  WATCH_10000("watch-10000", 101, 2),
  KEEPALIVE_100K("keepalive-100k", 100, 1_000);

  private static final long LEASE_BLOCK = 1L << 32;

  private final String label;
  private final int connections;
  private final int outstanding;

  Scenario(String label, int connections, int outstanding) {
    this.label = label;
    this.connections = connections;
    this.outstanding = outstanding;
  }

  /** The name on the command line and in results. */
  public String label() {
    return label;
  }

  /** Connections unless told otherwise; the watch loads use one of them to write. */
  public int connections() {
    return connections;
  }

  /** Calls in flight on each connection; for the watch loads: puts in flight in all. */
  public int outstanding() {
    return outstanding;
  }

  /** Whether the shape may be overridden: the others are what their names say. */
  public boolean fullShape() {
    return connections == 100 && !isLimit();
  }

  /** Whether it asks how much a server bears, not how fast it is: not part of the comparison. */
  public boolean isLimit() {
    return this == WATCH_10000 || this == KEEPALIVE_100K;
  }

  /** What is counted. */
  public String unit() {
    return label.startsWith("watch") ? "events" : "ops";
  }

  /**
   * Finds a scenario by its label.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static Scenario named(String label) {
    for (Scenario s : values()) {
      if (s.label.equals(label.toLowerCase(Locale.ROOT))) {
        return s;
      }
    }
    throw new IllegalArgumentException(
        "unknown scenario "
            + label
            + "; known: "
            + String.join(", ", List.of(values()).stream().map(Scenario::label).toList()));
  }

  /**
   * Makes the load.
   *
   * @param client with the connections to use
   * @param outstanding see {@link #outstanding()}
   * @param keys keys the server has been loaded with
   * @param valueBytes size of values; at least 8
   * @param seed of keys, values and lease ids; not to be used twice against one server
   */
  public Workload create(
      Client client, int outstanding, int keys, int valueBytes, long seed, Stats stats) {
    Data data = new Data(valueBytes, seed);
    return switch (this) {
      case PUT, PUT_1X1 ->
          new UnaryLoad(client, outstanding, PutOperation.random(keys, data), stats);
      case RANGE, RANGE_1X1 ->
          new UnaryLoad(client, outstanding, RangeOperation.oneKey(keys, false, data), stats);
      case RANGE_SERIALIZABLE ->
          new UnaryLoad(client, outstanding, RangeOperation.oneKey(keys, true, data), stats);
      case PREFIX ->
          new UnaryLoad(client, outstanding, RangeOperation.thousandKeys(keys, data), stats);
      case TXN, TXN_1X1 -> TxnLoad.create(client, outstanding, keys, data, stats);
      case WATCH -> new WatchLoad(client, 100, outstanding, data, stats);
      case WATCH_1000 -> new WatchLoad(client, 1_000, outstanding, data, stats);
      case WATCH_10000 -> new WatchLoad(client, 10_000, outstanding, data, stats);
      case KEEPALIVE, KEEPALIVE_1X1, KEEPALIVE_100K ->
          new KeepAliveLoad(client, outstanding, (seed & 0x7fffff) * LEASE_BLOCK + 1, stats);
    };
  }
}
