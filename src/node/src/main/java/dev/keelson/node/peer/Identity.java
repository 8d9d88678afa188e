package dev.keelson.node.peer;

import io.grpc.Metadata;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Who talks to whom: goes along with every call between members.
 *
 * @param cluster the sender's cluster
 * @param from the sender
 * @param to whom the sender takes the receiver for
 */
record Identity(long cluster, long from, long to) {
  static final Metadata.Key<String> LANE = key("keelson-lane");

  /** Where the sender is reached, with commas between: who does not know it asks there. */
  static final Metadata.Key<String> URLS = key("keelson-peer-urls");

  private static final Metadata.Key<String> CLUSTER = key("keelson-cluster");
  private static final Metadata.Key<String> FROM = key("keelson-from");
  private static final Metadata.Key<String> TO = key("keelson-to");

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  Metadata toMetadata() {
    Metadata headers = new Metadata();
    headers.put(CLUSTER, hex(cluster));
    headers.put(FROM, hex(from));
    headers.put(TO, hex(to));
    return headers;
  }

  /** What the headers say; null if they do not say it. */
  static @Nullable Identity from(Metadata headers) {
    String cluster = headers.get(CLUSTER);
    String from = headers.get(FROM);
    String to = headers.get(TO);
    if (cluster == null || from == null || to == null) {
      return null;
    }
    try {
      return new Identity(
          HexFormat.fromHexDigitsToLong(cluster),
          HexFormat.fromHexDigitsToLong(from),
          HexFormat.fromHexDigitsToLong(to));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  static String hex(long id) {
    return HexFormat.of().toHexDigits(id);
  }
}
