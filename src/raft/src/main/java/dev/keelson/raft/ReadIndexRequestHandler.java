package dev.keelson.raft;

/** Another member's client wants to read. If this member does not lead, the request is lost. */
final class ReadIndexRequestHandler {
  private final RaftState state;
  private final Reads reads;

  ReadIndexRequestHandler(RaftState state, Reads reads) {
    this.state = state;
    this.reads = reads;
  }

  void handle(Message.ReadIndexRequest m) {
    if (state.isLeader()) {
      reads.request(m.from(), m.requestId());
    }
  }
}
