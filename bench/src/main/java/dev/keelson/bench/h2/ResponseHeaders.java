package dev.keelson.bench.h2;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header blocks of one connection's responses: what matters is the HTTP and the gRPC
 * status. After the first few calls a server repeats the same two blocks (head and trailers) byte
 * for byte; a block that changes no table means the same as long as the table stays the same, so
 * its outcome is remembered and only new blocks are decoded.
 */
final class ResponseHeaders {
  /** Neither head nor trailers: a field that was not there. */
  static final int ABSENT = -1;

  private static final int MAX_REMEMBERED = 8;
  private static final int MAX_HEADER_LIST = 64 * 1024;

  /**
   * The statuses of one block.
   *
   * @param httpStatus {@code :status}, or {@link #ABSENT}
   * @param grpcStatus {@code grpc-status}, or {@link #ABSENT}
   * @param grpcMessage {@code grpc-message}, percent-encoded as it came
   */
  record Statuses(int httpStatus, int grpcStatus, @Nullable String grpcMessage) {}

  private static final class Remembered {
    final byte[] block;
    final Statuses statuses;

    Remembered(byte[] block, Statuses statuses) {
      this.block = block;
      this.statuses = statuses;
    }
  }

  private final DefaultHttp2HeadersDecoder decoder =
      new DefaultHttp2HeadersDecoder(false, MAX_HEADER_LIST);
  private final List<Remembered> remembered = new ArrayList<>();

  /** Decodes one complete block; blocks must come in the order in which they were received. */
  Statuses decode(byte[] buffer, int offset, int length) throws Http2Exception {
    for (int i = 0; i < remembered.size(); i++) {
      Remembered r = remembered.get(i);
      if (Arrays.equals(r.block, 0, r.block.length, buffer, offset, offset + length)) {
        return r.statuses;
      }
    }
    Http2Headers headers = decoder.decodeHeaders(1, Unpooled.wrappedBuffer(buffer, offset, length));
    CharSequence message = headers.get("grpc-message");
    Statuses statuses =
        new Statuses(
            number(headers.get(":status")),
            number(headers.get("grpc-status")),
            message == null ? null : message.toString());
    if (changesTable(buffer, offset, length)) {
      remembered.clear();
    } else if (remembered.size() < MAX_REMEMBERED) {
      remembered.add(new Remembered(Arrays.copyOfRange(buffer, offset, offset + length), statuses));
    }
    return statuses;
  }

  private static int number(@Nullable CharSequence text) {
    return text == null ? ABSENT : Integer.parseInt(text, 0, text.length(), 10);
  }

  /** Whether a (well-formed) block adds to or resizes the dynamic table: RFC 7541 section 6. */
  private static boolean changesTable(byte[] b, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int first = b[at] & 0xff;
      if ((first & 0x80) != 0) {
        at = skipInteger(b, at, 0x7f);
        continue;
      }
      if ((first & 0x60) != 0) {
        return true; // incremental indexing (01) or table size update (001)
      }
      boolean namedByIndex = (first & 0x0f) != 0;
      at = skipInteger(b, at, 0x0f);
      if (!namedByIndex) {
        at = skipString(b, at);
      }
      at = skipString(b, at);
    }
    return false;
  }

  private static int skipInteger(byte[] b, int at, int mask) {
    if ((b[at++] & mask) == mask) {
      while (b[at++] < 0) {}
    }
    return at;
  }

  private static int skipString(byte[] b, int at) {
    int length = b[at++] & 0x7f;
    if (length == 0x7f) {
      int shift = 0;
      int next;
      do {
        next = b[at++];
        length += (next & 0x7f) << shift;
        shift += 7;
      } while (next < 0);
    }
    return at + length;
  }
}
