package dev.keelson.server.metrics;

import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.node.metrics.PrometheusText.Family;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts calls by the version that clients say they have. The header's bytes are compared with
 * those seen before, so that counting makes no string.
 */
final class ClientVersions {
  /** Versions told apart, at most: clients must not fill the memory with inventions. */
  private static final int VERSIONS_MAX = 64;

  private final Counts unknown = new Counts("unknown".getBytes(StandardCharsets.US_ASCII));
  private final Counts others = new Counts("other".getBytes(StandardCharsets.US_ASCII));
  private volatile Counts[] seen = {};

  private final Metadata.Key<Counts> header =
      InternalMetadata.keyOf(
          "client-api-version",
          new InternalMetadata.TrustedAsciiMarshaller<Counts>() {
            @Override
            public byte[] toAsciiString(Counts counts) {
              return counts.version;
            }

            @Override
            public Counts parseAsciiString(byte[] version) {
              return counts(version);
            }
          });

  private static final class Counts {
    final byte[] version;
    final LongAdder unary = new LongAdder();
    final LongAdder stream = new LongAdder();

    Counts(byte[] version) {
      this.version = version;
    }
  }

  void count(Metadata headers, boolean unary) {
    Counts counts = headers.get(header);
    if (counts == null) {
      counts = unknown;
    }
    (unary ? counts.unary : counts.stream).increment();
  }

  private Counts counts(byte[] version) {
    for (Counts each : seen) {
      if (Arrays.equals(each.version, version)) {
        return each;
      }
    }
    return add(version);
  }

  private synchronized Counts add(byte[] version) {
    Counts[] before = seen;
    for (Counts each : before) {
      if (Arrays.equals(each.version, version)) {
        return each;
      }
    }
    if (before.length == VERSIONS_MAX) {
      return others;
    }
    Counts added = new Counts(version.clone());
    Counts[] after = Arrays.copyOf(before, before.length + 1);
    after[before.length] = added;
    seen = after;
    return added;
  }

  void write(PrometheusText out) {
    Family family =
        out.counter("etcd_server_client_requests_total", "Calls, by version of the client.");
    for (Counts each : seen) {
      write(family, each);
    }
    write(family, unknown);
    write(family, others);
  }

  private static void write(Family family, Counts counts) {
    String version = new String(counts.version, StandardCharsets.US_ASCII);
    if (counts.unary.sum() > 0) {
      family.value(counts.unary.sum(), "client_api_version", version, "type", "unary");
    }
    if (counts.stream.sum() > 0) {
      family.value(counts.stream.sum(), "client_api_version", version, "type", "stream");
    }
  }
}
