package dev.keelson.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * What the next {@link Ready} will carry to others.
 *
 * <p>Messages that promise something the disk must remember wait for it: granted votes and
 * acknowledged appends, because a quorum counts on them (Raft §5.2, §5.3), and vote requests,
 * because a candidate that forgot its term and the end of its log could campaign again in the same
 * term with a shorter log and count the votes granted to the longer one.
 */
final class Outbox {
  private List<Message> atOnce = new ArrayList<>();
  private List<Message> afterAppend = new ArrayList<>();
  private List<ReadState> readStates = new ArrayList<>();

  void send(Message message) {
    atOnce.add(message);
  }

  void sendAfterAppend(Message message) {
    afterAppend.add(message);
  }

  void answerRead(ReadState readState) {
    readStates.add(readState);
  }

  boolean isEmpty() {
    return atOnce.isEmpty() && afterAppend.isEmpty() && readStates.isEmpty();
  }

  List<Message> takeAtOnce() {
    if (atOnce.isEmpty()) {
      return List.of();
    }
    List<Message> taken = atOnce;
    atOnce = new ArrayList<>();
    return taken;
  }

  List<Message> takeAfterAppend() {
    if (afterAppend.isEmpty()) {
      return List.of();
    }
    List<Message> taken = afterAppend;
    afterAppend = new ArrayList<>();
    return taken;
  }

  List<ReadState> takeReadStates() {
    if (readStates.isEmpty()) {
      return List.of();
    }
    List<ReadState> taken = readStates;
    readStates = new ArrayList<>();
    return taken;
  }
}
