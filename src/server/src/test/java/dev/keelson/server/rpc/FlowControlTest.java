package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that fill windows, as they may. */
@Timeout(60)
final class FlowControlTest {
  private ListeningServer server;
  private RawClient client;

  @BeforeEach
  void start() throws Exception {
    server = new ListeningServer(ListeningServer.SETTINGS);
    client = new RawClient(server.address());
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
  }

  /** A message that takes so many bytes of a window. */
  private static byte[] message(int bytes) {
    byte[] value = BytesValue.of(ByteString.copyFrom(new byte[bytes - 8])).toByteArray();
    return ByteBuffer.allocate(5 + value.length)
        .put((byte) 0)
        .putInt(value.length)
        .put(value)
        .array();
  }

  private void expect(String event) throws InterruptedException {
    assertThat(server.methods.events.poll(20, TimeUnit.SECONDS)).isEqualTo(event);
  }

  @Test
  void aClientThatFilledItsWindowMayGoOnOnceItTakesWhatItIsSent() throws Exception {
    client.greet().frame(Frames.HEADERS, Frames.END_HEADERS, 1, RawClient.callOf("Patient"));
    client.frame(Frames.DATA, 0, 1, RawClient.emptyMessage());
    expect("message 1"); // its answer is more than the client takes, so no other is asked for
    int left = RpcConnection.STREAM_WINDOW - RawClient.emptyMessage().length;
    int count = 1;
    for (int size = 16_000; left > 0; left -= size, count++) {
      size = Math.min(size, left);
      byte[] message = message(size);
      assertThat(message).hasSize(size);
      client.frame(Frames.DATA, 0, 1, message);
    }
    byte[] more = ByteBuffer.allocate(4).putInt(ServedMethods.PATIENT_BYTES).array();
    client.frame(Frames.WINDOW_UPDATE, 0, 0, more);
    client.frame(Frames.WINDOW_UPDATE, 0, 1, more);
    for (int number = 2; number <= count; number++) {
      expect("message " + number);
    }
    awaitWindow(1);
    client.frame(Frames.DATA, 0, 1, message(16_000));
    expect("message " + (count + 1));
  }

  private void awaitWindow(int stream) throws IOException {
    while (client.nextWindow() != stream) {
      // the connection's
    }
  }
}
