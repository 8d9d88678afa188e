package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.sim.process.ServerProcess;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.election.NotLeaderException;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The Java client library most Java programs use. */
final class JetcdIT {
  private static final long SECONDS = 30;

  private static ServerProcess server;
  private static Client client;

  @BeforeAll
  static void start() throws InterruptedException {
    server = Servers.start();
    client = Client.builder().endpoints("http://" + server.endpoint()).build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void putsGetsAndDeletes() throws Exception {
    KV kv = client.getKVClient();
    await(kv.put(bytes("kv/a"), bytes("1")));
    var replaced =
        await(kv.put(bytes("kv/a"), bytes("2"), PutOption.builder().withPrevKV().build()));
    assertThat(replaced.hasPrevKv()).isTrue();
    assertThat(replaced.getPrevKv().getValue()).isEqualTo(bytes("1"));
    assertThat(await(kv.get(bytes("kv/a"))).getKvs().getFirst().getVersion()).isEqualTo(2);
    DeleteOption withPrevious = DeleteOption.builder().withPrevKV(true).build();
    assertThat(await(kv.delete(bytes("kv/a"), withPrevious)).getPrevKvs()).hasSize(1);
    assertThat(await(kv.get(bytes("kv/a"))).getKvs()).isEmpty();
  }

  @Test
  void pagesThroughAPrefixAtOneRevision() throws Exception {
    KV kv = client.getKVClient();
    for (int i = 0; i < 25; i++) {
      await(kv.put(bytes("page/%02d".formatted(i)), bytes("v" + i)));
    }
    List<String> keys = new ArrayList<>();
    ByteSequence from = bytes("page/");
    long revision = 0;
    GetResponse page;
    do {
      page =
          await(
              kv.get(
                  from,
                  GetOption.builder()
                      .withRange(bytes("page0"))
                      .withLimit(10)
                      .withRevision(revision)
                      .build()));
      revision = revision == 0 ? page.getHeader().getRevision() : revision;
      for (KeyValue kv2 : page.getKvs()) {
        keys.add(kv2.getKey().toString(StandardCharsets.UTF_8));
      }
      from = bytes(keys.getLast() + "\0");
      await(kv.put(bytes("page/99"), bytes("written between pages")));
    } while (page.isMore());
    assertThat(keys).hasSize(25).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void comparesAndSwaps() throws Exception {
    KV kv = client.getKVClient();
    await(kv.put(bytes("txn/a"), bytes("1")));
    Cmp isOne = new Cmp(bytes("txn/a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1")));
    Op swap = Op.put(bytes("txn/a"), bytes("2"), PutOption.DEFAULT);
    Op read = Op.get(bytes("txn/a"), GetOption.DEFAULT);
    TxnResponse first = await(kv.txn().If(isOne).Then(swap, read).Else(read).commit());
    assertThat(first.isSucceeded()).isTrue();
    assertThat(first.getGetResponses().getFirst().getKvs().getFirst().getValue())
        .isEqualTo(bytes("2"));
    TxnResponse second = await(kv.txn().If(isOne).Then(swap).Else(read).commit());
    assertThat(second.isSucceeded()).isFalse();
    assertThat(second.getGetResponses()).hasSize(1);
  }

  @Test
  void watchesFromThePastAndLive() throws Exception {
    KV kv = client.getKVClient();
    long first = await(kv.put(bytes("watch/a"), bytes("1"))).getHeader().getRevision();
    BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
    WatchOption option =
        WatchOption.builder().isPrefix(true).withRevision(first).withPrevKV(true).build();
    try (Watch.Watcher watcher =
        client
            .getWatchClient()
            .watch(bytes("watch/"), option, response -> events.addAll(response.getEvents()))) {
      await(kv.put(bytes("watch/a"), bytes("2")));
      await(kv.delete(bytes("watch/a")));
      assertThat(next(events).getKeyValue().getModRevision()).isEqualTo(first);
      WatchEvent update = next(events);
      assertThat(update.getEventType()).isEqualTo(WatchEvent.EventType.PUT);
      assertThat(update.getPrevKV().getValue()).isEqualTo(bytes("1"));
      WatchEvent delete = next(events);
      assertThat(delete.getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
      assertThat(delete.getPrevKV().getValue()).isEqualTo(bytes("2"));
      assertThat(watcher.isClosed()).isFalse();
    }
  }

  @Test
  void keepsLeasesAlive() throws Exception {
    Lease leases = client.getLeaseClient();
    long id = await(leases.grant(60)).getID();
    PutOption leased = PutOption.builder().withLeaseId(id).build();
    await(client.getKVClient().put(bytes("lease/a"), bytes("1"), leased));
    LeaseKeepAliveResponse renewed = await(leases.keepAliveOnce(id));
    assertThat(renewed.getTTL()).isEqualTo(60);
    var details = await(leases.timeToLive(id, LeaseOption.builder().withAttachedKeys().build()));
    assertThat(details.getGrantedTTL()).isEqualTo(60);
    assertThat(details.getKeys()).containsExactly(bytes("lease/a"));
    await(leases.revoke(id));
    assertThat(await(client.getKVClient().get(bytes("lease/a"))).getKvs()).isEmpty();
  }

  private static long lease() throws Exception {
    return await(client.getLeaseClient().grant(60)).getID();
  }

  @Test
  void aLockGoesToWhoeverWaits() throws Exception {
    Lock locks = client.getLockClient();
    ByteSequence name = bytes("jetcd-lock");
    ByteSequence held = await(locks.lock(name, lease())).getKey();
    CompletableFuture<LockResponse> waiting = locks.lock(name, lease());
    GetOption all = GetOption.builder().isPrefix(true).withCountOnly(true).build();
    while (await(client.getKVClient().get(bytes("jetcd-lock/"), all)).getCount() < 2) {
      Thread.onSpinWait(); // until the second one waits
    }
    assertThat(waiting).isNotDone();
    await(locks.unlock(held));
    assertThat(await(waiting).getKey()).isNotEqualTo(held);
    await(locks.unlock(await(waiting).getKey()));
  }

  @Test
  void anElectionHasOneLeader() throws Exception {
    Election elections = client.getElectionClient();
    ByteSequence name = bytes("jetcd-election");
    BlockingQueue<String> observed = new LinkedBlockingQueue<>();
    elections.observe(
        name,
        new Election.Listener() {
          @Override
          public void onNext(LeaderResponse response) {
            observed.add(response.getKv().getValue().toString(StandardCharsets.UTF_8));
          }

          @Override
          public void onError(Throwable error) {
            observed.add("error: " + error);
          }

          @Override
          public void onCompleted() {
            observed.add("completed");
          }
        });
    var first = await(elections.campaign(name, lease(), bytes("one")));
    assertThat(observed.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("one");
    var second = elections.campaign(name, lease(), bytes("two"));
    await(elections.proclaim(first.getLeader(), bytes("still one")));
    assertThat(observed.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("still one");
    assertThat(await(elections.leader(name)).getKv().getValue()).isEqualTo(bytes("still one"));
    await(elections.resign(first.getLeader()));
    assertThat(await(second).getLeader().getName()).isEqualTo(name);
    assertThat(observed.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("two");
    assertThatThrownBy(() -> await(elections.proclaim(first.getLeader(), bytes("late"))))
        .hasCauseInstanceOf(NotLeaderException.class);
  }

  @Test
  void tellsItsStatus() throws Exception {
    var status = await(client.getMaintenanceClient().statusMember("http://" + server.endpoint()));
    assertThat(status.getVersion()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(status.getLeader()).isNotZero();
    assertThat(status.getDbSize()).isPositive();
    assertThat(await(client.getClusterClient().listMember()).getMembers()).hasSize(1);
  }

  private static WatchEvent next(BlockingQueue<WatchEvent> events) throws InterruptedException {
    WatchEvent event = events.poll(SECONDS, TimeUnit.SECONDS);
    assertThat(event).as("watch event").isNotNull();
    return event;
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
