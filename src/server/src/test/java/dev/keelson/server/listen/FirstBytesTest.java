package dev.keelson.server.listen;

import static dev.keelson.server.listen.FirstBytes.Protocol.HTTP1;
import static dev.keelson.server.listen.FirstBytes.Protocol.HTTP2;
import static dev.keelson.server.listen.FirstBytes.Protocol.SNAPSHOT;
import static dev.keelson.server.listen.FirstBytes.Protocol.UNDECIDED;
import static dev.keelson.server.listen.FirstBytes.Protocol.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.node.peer.PeerFront;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstBytesTest {

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static FirstBytes.Protocol judge(String text) {
    return FirstBytes.judge(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
  }

  @Test
  void prefaceIsHttp2OnlyWhenWhole() {
    for (int length = 0; length < PREFACE.length(); length++) {
      assertThat(judge(PREFACE.substring(0, length))).as("%d bytes", length).isEqualTo(UNDECIDED);
    }
    assertThat(judge(PREFACE)).isEqualTo(HTTP2);
    assertThat(judge(PREFACE + "\0\0\0\4")).isEqualTo(HTTP2);
  }

  @Test
  void aSnapshotIsOneOnlyWhenItsPrefaceIsWhole() {
    String preface = PeerFront.SNAPSHOT_PREFACE;
    for (int length = 0; length < preface.length(); length++) {
      assertThat(judge(preface.substring(0, length))).as("%d bytes", length).isEqualTo(UNDECIDED);
    }
    assertThat(judge(preface)).isEqualTo(SNAPSHOT);
    assertThat(judge(preface + "\0\0\0\4")).isEqualTo(SNAPSHOT);
    assertThat(judge(preface.replace('1', '2'))).isEqualTo(UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\n", "POST ", "PUT /x", "PATCH /", "PROPFIND /"})
  void methodAndSpaceIsHttp1(String text) {
    assertThat(judge(text)).isEqualTo(HTTP1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "G", "GET", "P", "PR", "PUT"})
  void beginningOfAMethodIsUndecided(String text) {
    assertThat(judge(text)).isEqualTo(UNDECIDED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016\u0003\u0001",
        " GET",
        "get /",
        "\0",
        "SSH-2.0",
        "ABCDEFGHIJKLMNOPQ",
        "PRI * HTTP/1"
      })
  void everythingElseIsUnknown(String text) {
    assertThat(judge(text)).isEqualTo(UNKNOWN);
  }
}
