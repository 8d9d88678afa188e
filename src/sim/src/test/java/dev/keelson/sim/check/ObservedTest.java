package dev.keelson.sim.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import org.junit.jupiter.api.Test;

/** The watch that rounds take for the truth is itself not believed blindly. */
class ObservedTest {
  private final Observed observed = new Observed();

  private static WatchResponse response(long... revisions) {
    WatchResponse.Builder response = WatchResponse.newBuilder();
    for (long revision : revisions) {
      response.addEvents(
          Event.newBuilder()
              .setKv(
                  KeyValue.newBuilder()
                      .setKey(ByteString.copyFromUtf8("k" + response.getEventsCount()))
                      .setValue(ByteString.copyFromUtf8("v" + revision))
                      .setModRevision(revision)));
    }
    return response.build();
  }

  @Test
  void revisionsFollowEachOther() {
    observed.heard(response(2), 10);
    observed.heard(response(3, 3, 4), 20);
    assertThat(observed.history().revision()).isEqualTo(4);
    assertThat(observed.history().events(3)).hasSize(2);
    assertThat(observed.firstSeen()).containsEntry(ByteString.copyFromUtf8("v4"), 20L);
  }

  @Test
  void aGapIsFound() {
    observed.heard(response(2), 10);
    assertThatThrownBy(() -> observed.heard(response(4), 20))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("revision 4 after 2");
  }

  @Test
  void aRevisionThatComesInTwoPiecesIsFound() {
    observed.heard(response(2), 10);
    observed.heard(response(3), 20);
    assertThatThrownBy(() -> observed.heard(response(3), 30)).isInstanceOf(Violation.class);
  }
}
