package dev.keelson.node.api;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.env.Environment;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.HashRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.KVGrpc.KVBlockingStub;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc.MaintenanceBlockingStub;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.Snapshot;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever asks for what the disk cannot give any more is told so, and does not wait for ever. */
@Timeout(60)
class ReadFailureTest {
  private static final String DAMAGED = "damaged block";
  private static final Set<String> READS =
      Set.of("get", "ascending", "scan", "descending", "compact");

  @TempDir Path folder;
  private volatile boolean damaged;
  private ServedMember served;
  private KVBlockingStub kv;
  private MaintenanceBlockingStub maintenance;

  @BeforeEach
  void start() throws Exception {
    Member member =
        new Member(
            MemberSettings.standalone(folder),
            environment(new SystemEnvironment()),
            new NoPeers(),
            _ -> {});
    served = new ServedMember(member);
    member.start();
    member.ready().get(20, TimeUnit.SECONDS);
    kv = KVGrpc.newBlockingStub(served.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    maintenance =
        MaintenanceGrpc.newBlockingStub(served.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    damaged = true;
  }

  @AfterEach
  void stop() {
    damaged = false;
    served.close();
  }

  private Environment environment(Environment real) {
    return proxy(
        Environment.class,
        real,
        result ->
            result instanceof CompletableFuture<?> opening
                ? opening.thenApply(backend -> backend((KvBackend) backend))
                : result);
  }

  private KvBackend backend(KvBackend real) {
    return proxy(
        KvBackend.class,
        real,
        result ->
            result instanceof Snapshot snapshot
                ? proxy(Snapshot.class, snapshot, read -> read)
                : result);
  }

  private interface Wrapping {
    Object wrap(Object result);
  }

  private <T> T proxy(Class<T> type, T real, Wrapping results) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> results.wrap(call(real, method, arguments))));
  }

  private Object call(Object real, Method method, Object[] arguments) throws Throwable {
    if (damaged && READS.contains(method.getName())) {
      throw new BackendException(DAMAGED, new java.io.IOException(DAMAGED));
    }
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static RangeRequest.Builder all() {
    return RangeRequest.newBuilder()
        .setKey(ByteString.copyFrom(new byte[1]))
        .setRangeEnd(ByteString.copyFrom(new byte[1]));
  }

  private static void fails(ThrowingCallable call) {
    assertThatThrownBy(call).hasMessageStartingWith("INTERNAL: ").hasMessageContaining(DAMAGED);
  }

  @Test
  void aRangeFails() {
    fails(() -> kv.range(all().build()));
    fails(() -> kv.range(all().setSerializable(true).build()));
  }

  @Test
  void aKeyFails() {
    RangeRequest key = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
    fails(() -> kv.range(key));
  }

  @Test
  void aStreamedRangeFails() {
    fails(() -> kv.rangeStream(all().build()).next());
  }

  @Test
  void aTransactionThatOnlyReadsFails() {
    TxnRequest.Builder txn =
        TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestRange(all()));
    fails(() -> kv.txn(txn.build()));
  }

  @Test
  void hashesFail() {
    fails(() -> maintenance.hash(HashRequest.getDefaultInstance()));
    fails(() -> maintenance.hashKV(HashKVRequest.getDefaultInstance()));
  }
}
