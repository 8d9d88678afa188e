package dev.keelson.kv.watch;

import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decodes what is sent; ready until told otherwise, or until a byte budget is used up. */
final class RecordingSink implements WatchSink {
  private final List<WatchResponse> responses = new ArrayList<>();
  private final List<WatchFrame> frames = new ArrayList<>();
  private long budgetBytes = Long.MAX_VALUE;
  private long unsentBytes;
  private @Nullable Consumer<WatchResponse> observer;

  @Override
  public boolean isReady() {
    return unsentBytes < budgetBytes;
  }

  @Override
  public void send(WatchFrame frame) {
    WatchResponse response = decode(frame);
    unsentBytes += frame.sizeBytes();
    frames.add(frame);
    responses.add(response);
    if (observer != null) {
      observer.accept(response);
    }
  }

  void observe(Consumer<WatchResponse> newObserver) {
    observer = newObserver;
  }

  /** The client stops reading: at most {@code bytes} more (and the frame that exceeds them). */
  void stall(long bytes) {
    budgetBytes = bytes;
    unsentBytes = 0;
  }

  /** The client reads everything again. The stream must then be told. */
  void resume() {
    budgetBytes = Long.MAX_VALUE;
  }

  /** The client has read what was waiting, and stays slow. */
  void drain() {
    unsentBytes = 0;
  }

  long unsentBytes() {
    return unsentBytes;
  }

  /** Takes the responses so far. */
  List<WatchResponse> take() {
    List<WatchResponse> taken = new ArrayList<>(responses);
    responses.clear();
    frames.clear();
    return taken;
  }

  List<WatchFrame> frames() {
    return frames;
  }

  private static WatchResponse decode(WatchFrame frame) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      frame.writeTo(out);
      if (out.size() != frame.sizeBytes()) {
        throw new AssertionError("sizeBytes " + frame.sizeBytes() + ", wrote " + out.size());
      }
      WatchResponse response = WatchResponse.parseFrom(out.toByteArray());
      if (response.getEventsCount() != frame.eventCount()) {
        throw new AssertionError("eventCount " + frame.eventCount());
      }
      if (response.getSerializedSize() != frame.sizeBytes()) {
        throw new AssertionError("not the canonical encoding: " + response);
      }
      return response;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
