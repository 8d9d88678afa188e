package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.DefragmentRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A full backend: exact refusals, what stays allowed, and the way back. */
final class QuotaIT {
  private static final String NO_SPACE =
      "RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded";
  private static final int QUOTA_BYTES = 16 << 20;
  private static final int VALUE_BYTES = 512 << 10;
  private static final int MANY = 2000;

  private ServerProcess server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws InterruptedException {
    server = Servers.start("--quota-backend-bytes", Integer.toString(QUOTA_BYTES));
    channel = Servers.connect(server);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void fullBackendRefusesWritesUntilSpaceIsFreed() throws InterruptedException {
    long revision = fill();

    assertThat(alarms()).extracting(AlarmMember::getAlarm).containsExactly(AlarmType.NOSPACE);
    assertThatThrownBy(() -> put("small", 1)).hasMessage(NO_SPACE);
    assertThatThrownBy(() -> LeaseGrpc.newBlockingStub(channel).leaseGrant(grant()))
        .hasMessage(NO_SPACE);
    assertThatThrownBy(() -> kv().txn(txnWithPut())).hasMessage(NO_SPACE);
    assertThat(kv().range(all()).getCount()).isPositive();
    assertThat(kv().deleteRange(everything()).getDeleted()).isPositive();
    kv().compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
    compactAll();

    MaintenanceGrpc.newBlockingStub(channel).defragment(DefragmentRequest.getDefaultInstance());
    disarm();
    awaitWritable();
    assertThat(alarms()).isEmpty();
  }

  @Test
  void alarmClearsItselfAfterSpaceIsFreed() throws InterruptedException {
    Servers.assumeKeelson("the space alarm clears itself");
    fill();
    assertThat(kv().deleteRange(everything()).getDeleted()).isPositive();
    compactAll();
    awaitWritable();
    assertThat(alarms()).isEmpty();
  }

  @Test
  void alarmSurvivesRestart() throws InterruptedException {
    fill();
    server.kill();
    server.start();
    assertThatThrownBy(() -> put("small", 1)).hasMessage(NO_SPACE);
  }

  /** Writes until refused; returns the revision reached. */
  private long fill() {
    for (int i = 0; i < MANY; i++) {
      try {
        put("k" + i, VALUE_BYTES);
      } catch (StatusRuntimeException e) {
        assertThat(e).hasMessage(NO_SPACE);
        return kv().range(all()).getHeader().getRevision();
      }
    }
    throw new AssertionError("the quota was never reached");
  }

  private void put(String key, int bytes) {
    byte[] value = new byte[bytes];
    new Random(key.hashCode()).nextBytes(value); // incompressible
    PutRequest request =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFrom(value))
            .build();
    kv().put(request);
  }

  private void compactAll() {
    long revision = kv().range(all()).getHeader().getRevision();
    kv().compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
  }

  /** Freed space is noticed at some later moment; a minute is only there to end a broken run. */
  private void awaitWritable() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (true) {
      try {
        put("small", 1);
        return;
      } catch (StatusRuntimeException e) {
        assertThat(e).hasMessage(NO_SPACE);
        assertThat(System.nanoTime()).as("writes allowed again").isLessThan(deadline);
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  private List<AlarmMember> alarms() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .alarm(AlarmRequest.getDefaultInstance())
        .getAlarmsList();
  }

  private void disarm() {
    for (AlarmMember alarm : alarms()) {
      MaintenanceGrpc.newBlockingStub(channel)
          .alarm(
              AlarmRequest.newBuilder()
                  .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                  .setMemberID(alarm.getMemberID())
                  .setAlarm(alarm.getAlarm())
                  .build());
    }
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static LeaseGrantRequest grant() {
    return LeaseGrantRequest.newBuilder().setTTL(60).build();
  }

  private static TxnRequest txnWithPut() {
    PutRequest put = PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("t")).build();
    return TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestPut(put)).build();
  }

  private static RangeRequest all() {
    ByteString zero = ByteString.copyFrom(new byte[1]);
    return RangeRequest.newBuilder().setKey(zero).setRangeEnd(zero).setCountOnly(true).build();
  }

  private static DeleteRangeRequest everything() {
    ByteString zero = ByteString.copyFrom(new byte[1]);
    return DeleteRangeRequest.newBuilder().setKey(zero).setRangeEnd(zero).build();
  }
}
