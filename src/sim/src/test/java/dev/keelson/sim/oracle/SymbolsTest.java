package dev.keelson.sim.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmResponse;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import org.junit.jupiter.api.Test;

final class SymbolsTest {
  private final Symbols symbols = new Symbols(77, 10, -1);

  @Test
  void revisionsFollowTheServer() {
    TxnRequest request =
        TxnRequest.newBuilder()
            .addCompare(Compare.newBuilder().setModRevision(Symbols.current(-3)))
            .addCompare(Compare.newBuilder().setModRevision(Symbols.compacted(2)))
            .build();
    symbols.sawRevision(20);
    symbols.compactedAt(15);
    TxnRequest resolved = (TxnRequest) symbols.resolve(request);
    assertThat(resolved.getCompare(0).getModRevision()).isEqualTo(17);
    assertThat(resolved.getCompare(1).getModRevision()).isEqualTo(17);
  }

  @Test
  void revisionNeverGoesBack() {
    symbols.sawRevision(5);
    assertThat(symbols.currentRevision()).isEqualTo(10);
  }

  @Test
  void idsBecomeNamesAndBack() {
    AlarmRequest request = AlarmRequest.newBuilder().setMemberID(Symbols.MEMBER).build();
    assertThat(((AlarmRequest) symbols.resolve(request)).getMemberID()).isEqualTo(77);
    AlarmResponse answer =
        AlarmResponse.newBuilder().addAlarms(AlarmMember.newBuilder().setMemberID(77)).build();
    assertThat(((AlarmResponse) symbols.anonymous(answer)).getAlarms(0).getMemberID())
        .isEqualTo(Symbols.MEMBER);
  }

  @Test
  void pickedLeasesAreNumberedInOrder() {
    symbols.pickedLeaseId(1111);
    symbols.pickedLeaseId(2222);
    LeaseRevokeRequest second =
        LeaseRevokeRequest.newBuilder().setID(Symbols.pickedLease(1)).build();
    assertThat(((LeaseRevokeRequest) symbols.resolve(second)).getID()).isEqualTo(2222);
  }

  @Test
  void plainNumbersStay() {
    LeaseRevokeRequest plain = LeaseRevokeRequest.newBuilder().setID(-7).build();
    assertThat(symbols.resolve(plain)).isEqualTo(plain);
  }
}
