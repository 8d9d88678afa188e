package dev.keelson.bench.load;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantResponse;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.LeaseRevokeResponse;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The few etcd calls that the loads make, on grpc-java and a map; can be told to fail. */
final class FakeEtcd {
  private final TreeMap<String, KeyValue> rows = new TreeMap<>();
  private final Set<Long> leases = new HashSet<>();
  private final List<StreamObserver<WatchResponse>> watchers = new ArrayList<>();
  private final Server server;
  private long revision = 1;

  /** Every so many-th put is refused; 0 for none. */
  int refuseEvery;

  private int puts;

  FakeEtcd() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .directExecutor()
            .addService(new Kv())
            .addService(new Leases())
            .addService(new Watches())
            .build()
            .start();
  }

  InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", server.getPort());
  }

  synchronized int size() {
    return rows.size();
  }

  synchronized int leaseCount() {
    return leases.size();
  }

  void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }

  private void put(PutRequest request) {
    revision++;
    KeyValue row =
        KeyValue.newBuilder()
            .setKey(request.getKey())
            .setValue(request.getValue())
            .setModRevision(revision)
            .build();
    rows.put(request.getKey().toStringUtf8(), row);
    for (StreamObserver<WatchResponse> watcher : watchers) {
      watcher.onNext(WatchResponse.newBuilder().addEvents(Event.newBuilder().setKv(row)).build());
    }
  }

  private RangeResponse range(RangeRequest request) {
    String key = request.getKey().toStringUtf8();
    RangeResponse.Builder response = RangeResponse.newBuilder().setHeader(header());
    if (request.getRangeEnd().isEmpty()) {
      @Nullable KeyValue row = rows.get(key);
      return row == null ? response.build() : response.addKvs(row).setCount(1).build();
    }
    for (KeyValue row : rows.subMap(key, request.getRangeEnd().toStringUtf8()).values()) {
      response.addKvs(
          request.getKeysOnly() ? row.toBuilder().setValue(ByteString.EMPTY).build() : row);
    }
    return response.build();
  }

  private final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> out) {
      synchronized (FakeEtcd.this) {
        if (refuseEvery > 0 && ++puts % refuseEvery == 0) {
          out.onError(Status.RESOURCE_EXHAUSTED.withDescription("too many requests").asException());
          return;
        }
        FakeEtcd.this.put(request);
        out.onNext(PutResponse.newBuilder().setHeader(header()).build());
      }
      out.onCompleted();
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> out) {
      synchronized (FakeEtcd.this) {
        out.onNext(FakeEtcd.this.range(request));
      }
      out.onCompleted();
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> out) {
      synchronized (FakeEtcd.this) {
        Compare compare = request.getCompare(0);
        KeyValue row =
            rows.getOrDefault(compare.getKey().toStringUtf8(), KeyValue.getDefaultInstance());
        boolean equal =
            compare.getTarget() == Compare.CompareTarget.MOD
                && compare.getResult() == Compare.CompareResult.EQUAL
                && compare.getModRevision() == row.getModRevision();
        if (equal) {
          FakeEtcd.this.put(request.getSuccess(0).getRequestPut());
        } else if (!request.getFailure(0).getRequestRange().getKey().equals(compare.getKey())) {
          throw new IllegalStateException("else branch reads another key");
        }
        out.onNext(TxnResponse.newBuilder().setHeader(header()).setSucceeded(equal).build());
      }
      out.onCompleted();
    }
  }

  private final class Leases extends LeaseGrpc.LeaseImplBase {
    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> out) {
      synchronized (FakeEtcd.this) {
        leases.add(request.getID());
      }
      out.onNext(
          LeaseGrantResponse.newBuilder().setID(request.getID()).setTTL(request.getTTL()).build());
      out.onCompleted();
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> out) {
      synchronized (FakeEtcd.this) {
        leases.remove(request.getID());
      }
      out.onNext(LeaseRevokeResponse.getDefaultInstance());
      out.onCompleted();
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
        StreamObserver<LeaseKeepAliveResponse> out) {
      return new Incoming<>() {
        @Override
        public void onNext(LeaseKeepAliveRequest request) {
          boolean known;
          synchronized (FakeEtcd.this) {
            known = leases.contains(request.getID());
          }
          out.onNext(
              LeaseKeepAliveResponse.newBuilder()
                  .setID(request.getID())
                  .setTTL(known ? 60 : 0)
                  .build());
        }
      };
    }
  }

  private final class Watches extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> out) {
      return new Incoming<>() {
        @Override
        public void onNext(WatchRequest request) {
          synchronized (FakeEtcd.this) {
            out.onNext(WatchResponse.newBuilder().setCreated(true).build());
            watchers.add(out);
          }
        }
      };
    }
  }

  private abstract static class Incoming<T> implements StreamObserver<T> {
    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {}
  }
}
