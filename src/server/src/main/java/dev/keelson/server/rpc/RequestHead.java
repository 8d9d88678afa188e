package dev.keelson.server.rpc;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a call, sorted as they are decoded: those that steer the protocol into fields, the
 * rest into metadata.
 */
final class RequestHead extends DefaultHttp2Headers {
  private static final AsciiString METHOD = AsciiString.cached(":method");
  private static final AsciiString PATH = AsciiString.cached(":path");
  private static final AsciiString AUTHORITY = AsciiString.cached(":authority");
  private static final AsciiString TYPE = AsciiString.cached("content-type");
  private static final AsciiString ENCODING = AsciiString.cached("grpc-encoding");
  private static final AsciiString TIMEOUT = AsciiString.cached("grpc-timeout");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString ACCEPT = AsciiString.cached("grpc-accept-encoding");
  private static final AsciiString BINARY = AsciiString.cached("-bin");

  private final List<byte[]> fields = new ArrayList<>(4);
  private @Nullable CharSequence method;
  private @Nullable CharSequence path;
  private @Nullable CharSequence authority;
  private @Nullable CharSequence contentType;
  private @Nullable CharSequence encoding;
  private @Nullable CharSequence timeout;
  private boolean binary;

  RequestHead() {
    super(false, 2);
  }

  @Override
  public Http2Headers add(CharSequence decoded, CharSequence value) {
    AsciiString name = AsciiString.of(decoded); // it is one
    if (name.charAt(0) == ':') {
      pseudo(name, value);
    } else if (TYPE.equals(name)) {
      contentType = value;
    } else if (ENCODING.equals(name)) {
      encoding = value;
    } else if (TIMEOUT.equals(name)) {
      timeout = value;
    } else if (!TE.equals(name) && !ACCEPT.equals(name)) {
      field(name, AsciiString.of(value));
    }
    return this;
  }

  private void pseudo(AsciiString name, CharSequence value) {
    if (PATH.equals(name)) {
      path = value;
    } else if (METHOD.equals(name)) {
      method = value;
    } else if (AUTHORITY.equals(name)) {
      authority = value;
    }
  }

  private void field(AsciiString name, AsciiString value) {
    binary |= name.endsWith(BINARY);
    fields.add(bytes(name));
    fields.add(bytes(value));
  }

  private static byte[] bytes(AsciiString text) {
    return text.isEntireArrayUsed() ? text.array() : text.toByteArray();
  }

  @Override
  public @Nullable CharSequence method() {
    return method;
  }

  @Override
  public @Nullable CharSequence path() {
    return path;
  }

  @Override
  public @Nullable CharSequence authority() {
    return authority;
  }

  /** Whether the content type is gRPC's, with any suffix. */
  boolean isGrpc() {
    CharSequence type = contentType;
    return type != null
        && AsciiString.regionMatches(type, true, 0, "application/grpc", 0, 16)
        && (type.length() == 16 || type.charAt(16) == '+' || type.charAt(16) == ';');
  }

  /** How messages are compressed; null if they are not. */
  @Nullable String encoding() {
    return encoding == null || "identity".contentEquals(encoding) ? null : encoding.toString();
  }

  /**
   * After how many nanoseconds the client no longer waits; 0 if it did not say.
   *
   * @throws IllegalArgumentException if it is not a timeout of the gRPC protocol
   */
  long timeoutNanos() {
    CharSequence text = timeout;
    if (text == null) {
      return 0;
    }
    int digits = text.length() - 1;
    if (digits < 1 || digits > 8) {
      throw new IllegalArgumentException("malformed grpc-timeout: \"" + text + '"');
    }
    long amount = 0;
    for (int i = 0; i < digits; i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        throw new IllegalArgumentException("malformed grpc-timeout: \"" + text + '"');
      }
      amount = amount * 10 + digit - '0';
    }
    TimeUnit unit =
        switch (text.charAt(digits)) {
          case 'n' -> TimeUnit.NANOSECONDS;
          case 'u' -> TimeUnit.MICROSECONDS;
          case 'm' -> TimeUnit.MILLISECONDS;
          case 'S' -> TimeUnit.SECONDS;
          case 'M' -> TimeUnit.MINUTES;
          case 'H' -> TimeUnit.HOURS;
          default -> throw new IllegalArgumentException("malformed grpc-timeout: \"" + text + '"');
        };
    return Math.max(1, unit.toNanos(amount));
  }

  /**
   * What the application sent along.
   *
   * @throws IllegalArgumentException if a binary field is not Base64: it ends its call, while a
   *     failure within the header block would end the connection
   */
  Metadata metadata() {
    List<byte[]> decoded = binary ? decoded() : fields;
    return InternalMetadata.newMetadata(decoded.toArray(byte[][]::new));
  }

  private List<byte[]> decoded() {
    List<byte[]> all = new ArrayList<>(fields.size());
    for (int i = 0; i < fields.size(); i += 2) {
      AsciiString name = new AsciiString(fields.get(i), false);
      AsciiString value = new AsciiString(fields.get(i + 1), false);
      if (!name.endsWith(BINARY)) {
        all.add(name.array());
        all.add(value.array());
        continue;
      }
      for (AsciiString part : value.split(',')) { // several values of one name may come joined
        all.add(name.array());
        all.add(bytes(name, part));
      }
    }
    return all;
  }

  private static byte[] bytes(AsciiString name, AsciiString base64) {
    try {
      return InternalMetadata.BASE64_ENCODING_OMIT_PADDING.decode(base64.trim());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "malformed binary metadata \"%s\" in header \"%s\": %s"
              .formatted(base64, name, e.getMessage()),
          e);
    }
  }

  @Override
  public String toString() {
    return method + " " + path + " " + fields.size() / 2 + " fields";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
