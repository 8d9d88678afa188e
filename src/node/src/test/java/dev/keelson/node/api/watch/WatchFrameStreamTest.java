package dev.keelson.node.api.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.watch.WatchFrame;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.kv.watch.WatchSettings;
import dev.keelson.kv.watch.WatchSink;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The two ways in which a transport may consume a frame. */
class WatchFrameStreamTest {
  private static WatchFrame frame() {
    List<WatchFrame> sent = new ArrayList<>();
    WatchSink sink =
        new WatchSink() {
          @Override
          public boolean isReady() {
            return true;
          }

          @Override
          public void send(WatchFrame frame) {
            sent.add(frame);
          }
        };
    new WatchHub(
            new PutLog(),
            1,
            2,
            () -> 3,
            WatchSettings.DEFAULT,
            task -> {},
            task -> {},
            failure -> {})
        .open(sink)
        .refuse("because");
    return sent.getFirst();
  }

  @Test
  void drainedOnceAndOfKnownLength() throws IOException {
    WatchFrame frame = frame();
    try (WatchFrameStream stream = new WatchFrameStream(frame)) {
      assertThat(stream.available()).isEqualTo(frame.sizeBytes());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThat(stream.drainTo(out)).isEqualTo(frame.sizeBytes());
      assertThat(WatchResponse.parseFrom(out.toByteArray()).getCancelReason()).isEqualTo("because");
      assertThat(stream.available()).isZero();
      assertThat(stream.drainTo(out)).isZero();
      assertThat(stream.read()).isEqualTo(-1);
    }
  }

  @Test
  void pulledByteByByteThenDrained() throws IOException {
    WatchFrame frame = frame();
    try (WatchFrameStream stream = new WatchFrameStream(frame)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(stream.read());
      assertThat(stream.available()).isEqualTo(frame.sizeBytes() - 1);
      out.write(stream.readNBytes(3));
      assertThat(stream.drainTo(out)).isEqualTo(frame.sizeBytes() - 4);
      assertThat(WatchResponse.parseFrom(out.toByteArray()).getCancelReason()).isEqualTo("because");
    }
  }
}
