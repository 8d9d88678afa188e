package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that break the protocol or abuse it: they are cut off, and others are served on. */
@Timeout(60)
final class HostileClientTest {
  private ListeningServer server;
  private RawClient client;

  @BeforeEach
  void start() throws Exception {
    server = new ListeningServer(ListeningServer.SETTINGS);
    client = new RawClient(server.address());
  }

  @AfterEach
  void othersAreStillServed() throws Exception {
    client.close();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(server.address()).usePlaintext().build();
    BytesValue hello = BytesValue.of(ByteString.copyFromUtf8("hello"));
    assertThat(
            ClientCalls.blockingUnaryCall(
                channel,
                ServedMethods.ECHO,
                CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                hello))
        .isEqualTo(hello);
    channel.shutdownNow();
    server.close();
  }

  private static int code(Http2Error error) {
    return (int) error.code();
  }

  @Test
  void aWrongPrefaceEndsTheConnection() throws IOException {
    client.bytes("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(client.goAway()).isEqualTo(code(Http2Error.PROTOCOL_ERROR));
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void settingsMustComeFirst() throws IOException {
    client.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    client.frame(Frames.PING, 0, 0, new byte[8]);
    assertThat(client.goAway()).isEqualTo(code(Http2Error.PROTOCOL_ERROR));
  }

  @Test
  void aFrameTooLargeIsRefusedBeforeItsContentComes() throws IOException {
    client.greet().bytes(new byte[] {1, 0, 0, Frames.DATA, 0, 0, 0, 0, 1});
    assertThat(client.goAway()).isEqualTo(code(Http2Error.FRAME_SIZE_ERROR));
  }

  @Test
  void framesOfIdleStreamsAndEvenStreamsAreErrors() throws IOException {
    client.greet().frame(Frames.DATA, 0, 5, new byte[3]);
    assertThat(client.goAway()).isEqualTo(code(Http2Error.PROTOCOL_ERROR));
    try (RawClient other = new RawClient(server.address())) {
      other
          .greet()
          .frame(
              Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 2, RawClient.callOf("Echo"));
      assertThat(other.goAway()).isEqualTo(code(Http2Error.PROTOCOL_ERROR));
    }
  }

  @Test
  void headersThatGoOnForEverAreCutOff() throws IOException {
    client.greet().frame(Frames.HEADERS, 0, 1, RawClient.callOf("Echo"));
    try {
      for (int i = 0; i < 100; i++) {
        client.frame(Frames.CONTINUATION, 0, 1, RawClient.head("a", "b".repeat(10_000)));
      }
    } catch (SocketException e) {
      return; // cut off while sending
    }
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void aCallWithTooLargeHeadersFailsAlone() throws IOException {
    client
        .greet()
        .frame(
            Frames.HEADERS,
            Frames.END_HEADERS | Frames.END_STREAM,
            1,
            RawClient.callOf("Echo", "note", "x".repeat(15_000), "more", "y".repeat(1_200)));
    RawClient.Frame answer = client.next();
    assertThat(answer.type()).isEqualTo(Frames.HEADERS);
    assertThat(answer.holds("431")).isTrue();
    client.frame(Frames.HEADERS, Frames.END_HEADERS, 3, RawClient.callOf("Echo"));
    client.frame(Frames.DATA, Frames.END_STREAM, 3, RawClient.emptyMessage());
    RawClient.Frame next = client.next();
    while (next.stream() != 3) {
      next = client.next();
    }
    assertThat(next.type()).isEqualTo(Frames.HEADERS);
    assertThat(client.next().type()).isEqualTo(Frames.DATA);
    assertThat(client.next().holds("grpc-status\u00010")).isTrue();
  }

  @Test
  void whatIsNoCallIsToldSo() throws IOException {
    client
        .greet()
        .frame(
            Frames.HEADERS,
            Frames.END_HEADERS | Frames.END_STREAM,
            1,
            RawClient.head(":method", "GET", ":scheme", "http", ":path", "/health"));
    assertThat(client.next().holds("405")).isTrue();
    client.next();
    client.frame(
        Frames.HEADERS,
        Frames.END_HEADERS | Frames.END_STREAM,
        3,
        RawClient.head(
            ":method", "POST", ":scheme", "http", ":path", "/x", "content-type", "text/html"));
    assertThat(client.next().holds("415")).isTrue();
  }

  @Test
  void callsBeyondTheLimitAreRefusedOneByOne() throws IOException {
    client.greet();
    for (int i = 0; i < 1001; i++) {
      client.frame(Frames.HEADERS, Frames.END_HEADERS, 2 * i + 1, RawClient.callOf("Chat"));
    }
    RawClient.Frame refused = client.next();
    assertThat(refused.type()).isEqualTo(Frames.RST_STREAM);
    assertThat(refused.stream()).isEqualTo(2001);
    assertThat(refused.error()).isEqualTo(code(Http2Error.REFUSED_STREAM));
  }

  @Test
  void callsResetAsFastAsTheyAreMadeAreTooManyAtSomePoint() throws IOException {
    client.greet();
    byte[] head = RawClient.callOf("Never");
    byte[] cancel = ByteBuffer.allocate(4).putInt(8).array();
    try {
      for (int i = 0; i < 60_000; i++) {
        client.frame(Frames.HEADERS, Frames.END_HEADERS, 2 * i + 1, head);
        client.frame(Frames.RST_STREAM, 0, 2 * i + 1, cancel);
      }
    } catch (SocketException e) {
      return; // cut off while sending
    }
    assertThat(client.goAway()).isEqualTo(code(Http2Error.ENHANCE_YOUR_CALM));
  }

  @Test
  void tooManyPingsEndTheConnection() throws IOException {
    client.greet();
    for (int i = 0; i < 5; i++) {
      client.frame(Frames.PING, 0, 0, new byte[8]);
    }
    assertThat(client.goAway()).isEqualTo(code(Http2Error.ENHANCE_YOUR_CALM));
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void windowsCannotBeBlownUp() throws IOException {
    client.greet();
    byte[] most = ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array();
    client.frame(Frames.WINDOW_UPDATE, 0, 0, most);
    assertThat(client.goAway()).isEqualTo(code(Http2Error.FLOW_CONTROL_ERROR));
    try (RawClient other = new RawClient(server.address())) {
      other.greet().frame(Frames.WINDOW_UPDATE, 0, 0, new byte[4]);
      assertThat(other.goAway()).isEqualTo(code(Http2Error.PROTOCOL_ERROR));
    }
  }

  @Test
  void moreThanTheWindowIsNotTaken() throws IOException {
    client.greet().frame(Frames.HEADERS, Frames.END_HEADERS, 1, RawClient.callOf("Never"));
    // the method takes one message; the second waits, and what comes behind it fills the window
    client.frame(Frames.DATA, 0, 1, RawClient.emptyMessage());
    client.frame(Frames.DATA, 0, 1, RawClient.emptyMessage());
    try {
      for (int i = 0; i < 80; i++) {
        client.frame(Frames.DATA, 0, 1, new byte[Frames.MAX_PAYLOAD]);
      }
    } catch (SocketException e) {
      return; // cut off while sending
    }
    assertThat(client.goAway()).isEqualTo(code(Http2Error.FLOW_CONTROL_ERROR));
  }

  @Test
  void moreThanTheWindowIsNotTakenOfAMessageThatIsTooLargeEither() throws IOException {
    client.greet().frame(Frames.HEADERS, Frames.END_HEADERS, 1, RawClient.callOf("Never"));
    client.frame(Frames.DATA, 0, 1, RawClient.emptyMessage());
    // nobody asks for the second message, so nobody is told that it can never be taken
    client.frame(Frames.DATA, 0, 1, new byte[] {0, 127, -1, -1, -1});
    try {
      for (int i = 0; i < 80; i++) {
        client.frame(Frames.DATA, 0, 1, new byte[Frames.MAX_PAYLOAD]);
      }
    } catch (SocketException e) {
      return; // cut off while sending
    }
    assertThat(client.goAway()).isEqualTo(code(Http2Error.FLOW_CONTROL_ERROR));
  }

  @Test
  void binaryMetadataThatIsNoneEndsItsCallAlone() throws IOException {
    client
        .greet()
        .frame(Frames.HEADERS, Frames.END_HEADERS, 1, RawClient.callOf("Echo", "blob-bin", "!*!"));
    RawClient.Frame answer = client.next();
    assertThat(answer.type()).isEqualTo(Frames.HEADERS);
    assertThat(answer.holds("grpc-status\u000213")).isTrue();
    assertThat(answer.holds("malformed binary metadata \"!*!\" in header \"blob-bin\"")).isTrue();
    client.frame(Frames.HEADERS, Frames.END_HEADERS, 3, RawClient.callOf("Echo"));
    client.frame(Frames.DATA, Frames.END_STREAM, 3, RawClient.emptyMessage());
    RawClient.Frame next = client.next();
    while (next.stream() != 3) {
      next = client.next();
    }
    assertThat(next.type()).isEqualTo(Frames.HEADERS);
  }

  @Test
  void halfAMessageIsAnError() throws IOException {
    client.greet().frame(Frames.HEADERS, Frames.END_HEADERS, 1, RawClient.callOf("Echo"));
    client.frame(Frames.DATA, Frames.END_STREAM, 1, new byte[] {0, 0, 0, 0, 9, 1});
    assertThat(client.next().holds("grpc-status\u000213")).isTrue();
  }

  @Test
  void aMessageMayComeInPiecesOfOneByteWithPadding() throws IOException {
    client.greet().frame(Frames.HEADERS, Frames.END_HEADERS, 1, RawClient.callOf("Echo"));
    byte[] message = {0, 0, 0, 0, 3, 10, 1, 'x'};
    for (int i = 0; i < message.length; i++) {
      int end = i == message.length - 1 ? Frames.END_STREAM : 0;
      client.frame(Frames.DATA, Frames.PADDED | end, 1, new byte[] {2, message[i], 0, 0});
    }
    assertThat(client.next().type()).isEqualTo(Frames.HEADERS);
    assertThat(client.next().holds("\n\u0001x")).isTrue();
  }

  @Test
  void anythingAtAllDoesNoHarm() throws IOException {
    Random random = new Random(20_261_122);
    for (int round = 0; round < 300; round++) {
      try (RawClient other = new RawClient(server.address())) {
        other.greet();
        for (int i = 0; i < 20; i++) {
          byte[] payload =
              random.nextInt(3) == 0 ? RawClient.callOf("Chat") : new byte[random.nextInt(40)];
          if (random.nextBoolean()) {
            random.nextBytes(payload);
          }
          other.frame(random.nextInt(11), random.nextInt(64), random.nextInt(8), payload);
        }
      } catch (SocketException e) {
        assertThat(e).isNotNull(); // cut off while sending
      }
    }
  }
}
