package dev.keelson.raft;

/** The leader of the present term answers a read of this member's client. */
final class ReadIndexResponseHandler {
  private final RaftState state;

  ReadIndexResponseHandler(RaftState state) {
    this.state = state;
  }

  void handle(Message.ReadIndexResponse m) {
    state.outbox.answerRead(new ReadState(m.requestId(), m.index()));
  }
}
