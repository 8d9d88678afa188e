package dev.keelson.server.rpc;

import io.grpc.InternalMetadata;
import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Header blocks of responses. They use no dynamic table and no Huffman code (RFC 7541 §6.2.2), so
 * the common ones are constants and nothing is kept per connection.
 */
final class ResponseHeads {
  private static final byte LITERAL = 0x00;
  private static final byte STATUS_200 = (byte) 0x88;

  /** {@code :status} is entry 8 of the static table. */
  private static final byte LITERAL_STATUS = 0x08;

  private static final byte[] GRPC_STATUS = ascii("grpc-status");
  private static final byte[] CONTENT_TYPE = ascii("content-type");
  private static final byte[] GRPC = ascii("application/grpc");
  private static final byte[] BINARY = ascii("-bin");

  private ResponseHeads() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** {@code :status: 200} and the content type. */
  static void success(ByteBuf out) {
    out.writeByte(STATUS_200);
    literal(out, CONTENT_TYPE, GRPC);
  }

  /** A status of HTTP for what is not a gRPC call. */
  static void httpStatus(ByteBuf out, int code) {
    out.writeByte(LITERAL_STATUS);
    value(out, ascii(Integer.toString(code)));
  }

  /** The outcome of a call. */
  static void status(ByteBuf out, Status status) {
    literal(out, GRPC_STATUS, ascii(Integer.toString(status.getCode().value())));
    String description = status.getDescription();
    if (description != null) {
      Metadata message = new Metadata();
      message.put(InternalStatus.MESSAGE_KEY, description); // its marshaller escapes
      metadata(out, message);
    }
  }

  /** What the application sends along. */
  static void metadata(ByteBuf out, Metadata metadata) {
    if (InternalMetadata.headerCount(metadata) == 0) {
      return;
    }
    byte[][] fields = InternalMetadata.serialize(metadata);
    for (int i = 0; i < fields.length; i += 2) {
      byte[] name = fields[i];
      literal(out, name, endsWith(name, BINARY) ? encoded(fields[i + 1]) : fields[i + 1]);
    }
  }

  private static byte[] encoded(byte[] value) {
    return ascii(InternalMetadata.BASE64_ENCODING_OMIT_PADDING.encode(value));
  }

  private static boolean endsWith(byte[] name, byte[] suffix) {
    int from = name.length - suffix.length;
    return from >= 0 && java.util.Arrays.equals(name, from, name.length, suffix, 0, suffix.length);
  }

  private static void literal(ByteBuf out, byte[] name, byte[] value) {
    out.writeByte(LITERAL);
    value(out, name);
    value(out, value);
  }

  /** A string without Huffman code: its length in a 7-bit prefix (RFC 7541 §5.1), then itself. */
  private static void value(ByteBuf out, byte[] value) {
    int length = value.length;
    if (length < 127) {
      out.writeByte(length);
    } else {
      out.writeByte(127);
      int rest = length - 127;
      while (rest >= 128) {
        out.writeByte((rest & 127) | 128);
        rest >>>= 7;
      }
      out.writeByte(rest);
    }
    out.writeBytes(value);
  }
}
