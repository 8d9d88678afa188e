package dev.keelson.bench.h2;

/**
 * One gRPC call on one connection; a closed call may be started again. Belongs to the loop thread
 * of its connection.
 */
public class Call {
  private final CallListener listener;
  private final MessageReader reader = new MessageReader();
  private int streamId;
  private int sendWindow;
  private int unacknowledged;

  /**
   * @param listener told about messages and the end of this call
   */
  public Call(CallListener listener) {
    this.listener = listener;
  }

  CallListener listener() {
    return listener;
  }

  MessageReader reader() {
    return reader;
  }

  int streamId() {
    return streamId;
  }

  void opened(int newStreamId, int initialSendWindow) {
    streamId = newStreamId;
    sendWindow = initialSendWindow;
    unacknowledged = 0;
    reader.reset();
  }

  int sendWindow() {
    return sendWindow;
  }

  void addSendWindow(int bytes) {
    sendWindow += bytes;
  }

  /** Counts received bytes that the peer has not been told about; returns the new sum. */
  int received(int bytes) {
    unacknowledged += bytes;
    return unacknowledged;
  }

  void acknowledged() {
    unacknowledged = 0;
  }
}
