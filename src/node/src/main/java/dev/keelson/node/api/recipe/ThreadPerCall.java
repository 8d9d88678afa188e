package dev.keelson.node.api.recipe;

import com.google.protobuf.MessageLite;
import dev.keelson.kv.error.KvError;
import dev.keelson.node.api.Encoded;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs calls that may wait for a long time, each on a virtual thread of its own. The end of a call,
 * by the client or because the member stops, interrupts its thread.
 */
final class ThreadPerCall {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadPerCall.class);

  private static final Status STOPPED =
      Status.fromCodeValue(KvError.STOPPED.code()).withDescription(KvError.STOPPED.text());

  private final LocalServices services;
  private final Set<Running<?>> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  ThreadPerCall(LocalServices services) {
    this.services = services;
  }

  /** What a call does; its last message is followed by success. */
  interface Work<Q> {
    /**
     * Answers the request.
     *
     * @throws StatusException the answer is this error
     * @throws InterruptedException the call is over
     */
    void run(Q request, Session session, Outlet outlet)
        throws StatusException, InterruptedException;
  }

  /** Where messages for the client go. */
  interface Outlet {
    /** Sends a message once the client has room for it. */
    void send(MessageLite message) throws InterruptedException;
  }

  <Q> ServerCallHandler<Q, Encoded> handler(Work<Q> work) {
    return (call, headers) -> {
      call.request(1);
      return new Running<>(call, headers, work);
    };
  }

  /** Ends every call, and every later one. */
  void stop() {
    stopped = true;
    running.forEach(Running::interrupt);
  }

  private final class Running<Q> extends ServerCall.Listener<Q> implements Outlet {
    private final ServerCall<Q, Encoded> call;
    private final Session session;
    private final Work<Q> work;
    private final Context context = Context.current();
    private @Nullable Q request;
    private volatile @Nullable Thread thread;
    private boolean begun;

    Running(ServerCall<Q, Encoded> call, Metadata headers, Work<Q> work) {
      this.call = call;
      this.session = new Session(services, Caller.of(call, headers));
      this.work = work;
    }

    @Override
    public void onMessage(Q message) {
      request = message;
    }

    @Override
    public void onHalfClose() {
      Q complete = request;
      if (complete == null) {
        end(Status.INTERNAL.withDescription("no request message for a unary call"));
        return;
      }
      Thread started =
          Thread.ofVirtual().name("keelson-recipe").unstarted(context.wrap(() -> run(complete)));
      thread = started;
      running.add(this);
      started.start();
      if (stopped) {
        interrupt();
      }
    }

    @Override
    public void onCancel() {
      interrupt();
    }

    @Override
    public synchronized void onReady() {
      notifyAll();
    }

    private void interrupt() {
      Thread started = thread;
      if (started != null) {
        started.interrupt();
      }
    }

    private void run(Q complete) {
      try {
        work.run(complete, session, this);
        end(Status.OK);
      } catch (StatusException e) {
        // etcd's recipes lose the code of what failed beneath them, and keep its text
        end(stopped ? STOPPED : Status.UNKNOWN.withDescription(e.getStatus().getDescription()));
      } catch (InterruptedException e) {
        end(STOPPED);
      } catch (RuntimeException e) {
        LOG.error("{} failed", call.getMethodDescriptor().getFullMethodName(), e);
        end(Status.INTERNAL.withDescription("internal error: " + e));
      } finally {
        running.remove(this);
      }
    }

    @Override
    public synchronized void send(MessageLite message) throws InterruptedException {
      if (!begun) {
        begun = true;
        call.sendHeaders(new Metadata());
      }
      while (!call.isReady()) {
        wait();
      }
      call.sendMessage(Encoded.of(message));
    }

    private void end(Status status) {
      if (!call.isCancelled()) {
        call.close(status, new Metadata());
      }
    }
  }
}
