package dev.keelson.kv.watch;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** Writes the parts of a {@code WatchResponse} other than its events. */
final class ResponseEncoder {
  /** The id of responses that belong to no watch: failed creations, progress of a whole stream. */
  static final long NO_WATCH = -1;

  private static final byte TAG_HEADER = (1 << 3) | 2;
  private static final byte TAG_CLUSTER_ID = 1 << 3;
  private static final byte TAG_MEMBER_ID = 2 << 3;
  private static final byte TAG_REVISION = 3 << 3;
  private static final byte TAG_RAFT_TERM = 4 << 3;

  private static final byte TAG_WATCH_ID = 2 << 3;
  private static final byte TAG_CREATED = 3 << 3;
  private static final byte TAG_CANCELED = 4 << 3;
  private static final byte TAG_COMPACT_REVISION = 5 << 3;
  private static final byte TAG_CANCEL_REASON = (6 << 3) | 2;
  private static final byte TAG_FRAGMENT = 7 << 3;

  private final long clusterId;
  private final long memberId;
  private final LongSupplier term;

  ResponseEncoder(long clusterId, long memberId, LongSupplier term) {
    this.clusterId = clusterId;
    this.memberId = memberId;
    this.term = term;
  }

  /** The header field of a response, to be shared by all responses at {@code revision}. */
  byte[] header(long revision) {
    Fields content = new Fields();
    content.number(TAG_CLUSTER_ID, clusterId);
    content.number(TAG_MEMBER_ID, memberId);
    content.number(TAG_REVISION, revision);
    content.number(TAG_RAFT_TERM, term.getAsLong());
    Fields header = new Fields();
    header.bytes(TAG_HEADER, content.toBytes());
    return header.toBytes();
  }

  WatchFrame created(long revision, long watchId) {
    Fields fields = new Fields();
    fields.number(TAG_WATCH_ID, watchId);
    fields.number(TAG_CREATED, 1);
    return new WatchFrame(header(revision), fields.toBytes());
  }

  /** A creation that failed: created and canceled at once, under no id. */
  WatchFrame refused(long revision, String reason) {
    Fields fields = new Fields();
    fields.number(TAG_WATCH_ID, NO_WATCH);
    fields.number(TAG_CREATED, 1);
    fields.number(TAG_CANCELED, 1);
    fields.bytes(TAG_CANCEL_REASON, reason.getBytes(StandardCharsets.UTF_8));
    return new WatchFrame(header(revision), fields.toBytes());
  }

  WatchFrame canceled(long revision, long watchId) {
    Fields fields = new Fields();
    fields.number(TAG_WATCH_ID, watchId);
    fields.number(TAG_CANCELED, 1);
    return new WatchFrame(header(revision), fields.toBytes());
  }

  /** The position of the watch was compacted away; the header has no revision, as in etcd. */
  WatchFrame compacted(long watchId, long compactRevision) {
    Fields fields = new Fields();
    fields.number(TAG_WATCH_ID, watchId);
    fields.number(TAG_CANCELED, 1);
    fields.number(TAG_COMPACT_REVISION, compactRevision);
    return new WatchFrame(header(0), fields.toBytes());
  }

  WatchFrame progress(long revision, long watchId) {
    return new WatchFrame(header(revision), eventFields(watchId, false));
  }

  /** The fields of a response with events, or of a progress response. */
  static byte[] eventFields(long watchId, boolean fragment) {
    Fields fields = new Fields();
    fields.number(TAG_WATCH_ID, watchId);
    fields.number(TAG_FRAGMENT, fragment ? 1 : 0);
    return fields.toBytes();
  }

  /** Grows by appended fields; a number that is zero is left out, as proto3 does. */
  private static final class Fields {
    private byte[] buffer = new byte[48];
    private int length;

    void number(byte tag, long value) {
      if (value != 0) {
        ensure(1 + Varint.size(value));
        buffer[length++] = tag;
        length = Varint.put(buffer, length, value);
      }
    }

    void bytes(byte tag, byte[] value) {
      ensure(1 + Varint.size(value.length) + value.length);
      buffer[length++] = tag;
      length = Varint.put(buffer, length, value.length);
      System.arraycopy(value, 0, buffer, length, value.length);
      length += value.length;
    }

    byte[] toBytes() {
      return Arrays.copyOf(buffer, length);
    }

    private void ensure(int more) {
      if (length + more > buffer.length) {
        buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
      }
    }
  }
}
