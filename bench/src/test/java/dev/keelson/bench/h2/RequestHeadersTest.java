package dev.keelson.bench.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestHeadersTest {
  private final DefaultHttp2HeadersDecoder peer = new DefaultHttp2HeadersDecoder(true);

  @Test
  void everyBlockDecodesToItsOwnMethodWhileOthersEnterTheTable() throws Exception {
    RequestHeaders headers =
        new RequestHeaders("127.0.0.1:1", Map.of(), Frames.DEFAULT_HEADER_TABLE);
    for (String path : new String[] {"/a/X", "/a/X", "/b/Y", "/a/X", "/b/Y", "/c/Z", "/a/X"}) {
      Http2Headers seen = decode(headers.block(path));
      assertThat(seen.path()).hasToString(path);
      assertThat(seen.method()).hasToString("POST");
      assertThat(seen.scheme()).hasToString("http");
      assertThat(seen.authority()).hasToString("127.0.0.1:1");
      assertThat(seen.get("te")).hasToString("trailers");
      assertThat(seen.get("content-type")).hasToString("application/grpc");
      assertThat(seen).hasSize(7);
    }
  }

  @Test
  void repeatedRequestsAreReferencesOnly() throws Exception {
    RequestHeaders headers =
        new RequestHeaders("127.0.0.1:1", Map.of(), Frames.DEFAULT_HEADER_TABLE);
    decode(headers.block("/a/X"));
    assertThat(headers.block("/a/X")).hasSize(7);
  }

  @Test
  void withoutATableNothingIsIndexed() throws Exception {
    RequestHeaders headers = new RequestHeaders("127.0.0.1:1", Map.of(), 0);
    byte[] first = headers.block("/a/X");
    assertThat(first[0]).as("table size update").isEqualTo((byte) 0x20);
    assertThat(decode(first).path()).hasToString("/a/X");
    assertThat(decode(headers.block("/b/Y")).path()).hasToString("/b/Y");
    assertThat(decode(headers.block("/b/Y")).path()).hasToString("/b/Y");
  }

  private Http2Headers decode(byte[] block) throws Exception {
    return peer.decodeHeaders(1, Unpooled.wrappedBuffer(block));
  }
}
