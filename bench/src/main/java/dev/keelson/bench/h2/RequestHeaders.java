package dev.keelson.bench.h2;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Header blocks of one connection's requests (HPACK, RFC 7541). The first block that names a field
 * enters it into the peer's dynamic table; later blocks are nothing but one-byte references, which
 * is also what grpc-go and grpc-java clients converge to. Strings are sent without Huffman coding:
 * they are sent once.
 *
 * <p>A few dozen fields fit the default table of 4096 bytes; a connection here uses a handful, so
 * none is ever evicted.
 */
final class RequestHeaders {
  private static final int STATIC_ENTRIES = 61;
  private static final int STATIC_AUTHORITY = 1;
  private static final int STATIC_PATH = 4;
  private static final int STATIC_CONTENT_TYPE = 31;
  private static final int STATIC_USER_AGENT = 58;
  private static final int NEW_NAME = 0;
  private static final int METHOD_POST = 0x83;
  private static final int SCHEME_HTTP = 0x86;
  private static final int MAX_PATHS = 20;

  private final String authority;
  private final Map<String, String> metadata;
  private final boolean indexing;
  private boolean first = true;

  /** Dynamic entries in the order of their insertion: the newest has index 62. */
  private final Map<String, Integer> inserted = new LinkedHashMap<>();

  private final Map<String, byte[]> repeated = new HashMap<>();

  /**
   * @param authority value of {@code :authority}
   * @param metadata custom fields of every call
   * @param tableSize the peer's SETTINGS_HEADER_TABLE_SIZE in bytes; below the default no field is
   *     indexed
   */
  RequestHeaders(String authority, Map<String, String> metadata, long tableSize) {
    this.authority = authority;
    this.metadata = metadata;
    this.indexing = tableSize >= Frames.DEFAULT_HEADER_TABLE;
  }

  /**
   * The block for one request of the gRPC method {@code path}; to be sent in the order of the
   * calls.
   */
  byte[] block(String path) {
    byte[] known = repeated.get(path);
    if (known != null) {
      return known;
    }
    if (repeated.size() == MAX_PATHS) {
      throw new IllegalStateException("too many gRPC methods on one connection");
    }
    int before = inserted.size();
    byte[] block = encode(path);
    if (inserted.size() > before) {
      repeated.clear(); // every older entry moved up
    } else if (!first) {
      repeated.put(path, block);
    }
    first = false;
    return block;
  }

  private byte[] encode(String path) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(160);
    if (first && !indexing) {
      out.write(0x20); // dynamic table size update to 0: RFC 7541 4.2
    }
    out.write(METHOD_POST);
    out.write(SCHEME_HTTP);
    field(out, STATIC_PATH, ":path", path); // pseudo-header fields come first: RFC 9113 8.3
    field(out, STATIC_AUTHORITY, ":authority", authority);
    field(out, STATIC_CONTENT_TYPE, "content-type", "application/grpc");
    field(out, NEW_NAME, "te", "trailers");
    field(out, STATIC_USER_AGENT, "user-agent", "keelson-bench");
    metadata.forEach((name, value) -> field(out, NEW_NAME, name, value));
    return out.toByteArray();
  }

  private void field(ByteArrayOutputStream out, int nameIndex, String name, String value) {
    String key = name + '\n' + value;
    Integer position = inserted.get(key);
    if (position != null) {
      integer(out, 0x80, 7, STATIC_ENTRIES + inserted.size() - position);
      return;
    }
    if (indexing) {
      integer(out, 0x40, 6, nameIndex);
      inserted.put(key, inserted.size());
    } else {
      integer(out, 0x00, 4, nameIndex);
    }
    if (nameIndex == NEW_NAME) {
      string(out, name);
    }
    string(out, value);
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    integer(out, 0x00, 7, ascii.length);
    out.writeBytes(ascii);
  }

  /** RFC 7541 5.1. */
  private static void integer(ByteArrayOutputStream out, int pattern, int prefixBits, int value) {
    int limit = (1 << prefixBits) - 1;
    if (value < limit) {
      out.write(pattern | value);
      return;
    }
    out.write(pattern | limit);
    int rest = value - limit;
    while (rest >= 0x80) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
