package dev.keelson.sim.client;

import com.google.protobuf.MessageLite;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The network between clients and members. A call and its answers take a while each way; when the
 * process ends, the calls that are open at it fail, and nobody knows what became of them.
 */
public final class Calls {
  private static final long DELAY_MIN = 20_000;
  private static final long DELAY_MAX = 5_000_000;

  private final EventQueue queue;
  private final Chance chance;
  private final Map<Life, Front> fronts = new LinkedHashMap<>();
  private final Map<Life, Set<Call<?>>> open = new LinkedHashMap<>();

  public Calls(EventQueue queue, Chance chance) {
    this.queue = queue;
    this.chance = chance;
  }

  /** A process listens. */
  public void started(Life process, Front front) {
    fronts.put(process, front);
    open.put(process, new LinkedHashSet<>());
  }

  /** A process is gone, and its connections with it. */
  public void died(Life process) {
    fronts.remove(process);
    Set<Call<?>> cut = open.remove(process);
    if (cut != null) {
      for (Call<?> call : List.copyOf(cut)) {
        call.toClient("reset", () -> call.end(Status.UNAVAILABLE.withDescription("reset")));
      }
    }
  }

  /** What a client hears of a call. */
  public interface Events<R> {
    void message(R response);

    /** The last it hears. */
    void closed(Status status);
  }

  /**
   * Makes a unary call.
   *
   * @param timeoutNanos after which the client gives up
   */
  public <Q extends MessageLite, R> void unary(
      Life to,
      MethodDescriptor<Q, R> method,
      Q request,
      long timeoutNanos,
      Consumer<Answer<R>> done) {
    Call<R> call =
        open(
            to,
            method,
            new Events<>() {
              private @Nullable R response;

              @Override
              public void message(R message) {
                response = message;
              }

              @Override
              public void closed(Status status) {
                done.accept(new Answer<>(status.isOk() ? response : null, status));
              }
            });
    call.sendLast(request.toByteArray());
    var _ =
        queue.after(
            timeoutNanos, Party.WORLD, "timeout", () -> call.giveUp(Status.DEADLINE_EXCEEDED));
  }

  /** Opens a call of any kind; what is sent on it arrives in order. */
  public <R> Call<R> open(Life to, MethodDescriptor<?, R> method, Events<R> events) {
    Call<R> call = new Call<>(to, method, events);
    Set<Call<?>> calls = open.get(to);
    if (calls == null) {
      call.toClient("refused", () -> call.end(Status.UNAVAILABLE.withDescription("refused")));
    } else {
      calls.add(call);
    }
    return call;
  }

  /** A client's end of a call. */
  public final class Call<R> implements ServerSide.Carrier {
    private final Life server;
    private final MethodDescriptor<?, R> method;
    private final Events<R> events;
    private Front.@Nullable Inbound<?, ?> inbound;
    private long lastToServer;
    private long lastToClient;
    private boolean ended;

    private Call(Life server, MethodDescriptor<?, R> method, Events<R> events) {
      this.server = server;
      this.method = method;
      this.events = events;
    }

    /** Sends a message. */
    public void send(byte[] message) {
      toServer("request", () -> inbound().message(message));
    }

    /** Sends a message, the last one. */
    void sendLast(byte[] message) {
      toServer(
          "request",
          () -> {
            inbound().message(message);
            inbound().halfClose();
          });
    }

    /** The client stops, or goes on, taking what the server sends. */
    public void ready(boolean takesMore) {
      toServer("window", () -> inbound().ready(takesMore));
    }

    /** The client loses interest; it hears nothing more. */
    public void cancel() {
      giveUp(null);
    }

    private void giveUp(@Nullable Status told) {
      if (!ended) {
        toServer("cancel", () -> inbound().cancel());
        if (told == null) {
          finish();
        } else {
          end(told);
        }
      }
    }

    /** Arrival is in the order of sending. */
    private void toServer(String what, Runnable arrival) {
      lastToServer = Math.max(lastToServer + 1, queue.nowNanos() + drawn());
      var _ = queue.after(lastToServer - queue.nowNanos(), server, what, () -> server.run(arrival));
    }

    private void toClient(String what, Runnable arrival) {
      lastToClient = Math.max(lastToClient + 1, queue.nowNanos() + drawn());
      var _ = queue.after(lastToClient - queue.nowNanos(), Party.WORLD, what, arrival);
    }

    private Front.Inbound<?, ?> inbound() {
      if (inbound == null) {
        Front front = fronts.get(server);
        if (front == null) {
          throw new IllegalStateException("a live process without a client port");
        }
        inbound = front.open(method.getFullMethodName(), this);
      }
      return inbound;
    }

    @Override
    public void message(byte[] encoded) {
      if (server.alive()) {
        toClient(
            "answer",
            () -> {
              if (!ended) {
                queue.trace().add(encoded);
                events.message(method.parseResponse(new ByteArrayInputStream(encoded)));
              }
            });
      }
    }

    @Override
    public void closed(Status status) {
      if (server.alive()) {
        toClient("end", () -> end(status));
      }
    }

    private void end(Status status) {
      if (!ended) {
        finish();
        queue.trace().add(status.getCode().value());
        events.closed(status);
      }
    }

    private void finish() {
      ended = true;
      Set<Call<?>> calls = open.get(server);
      if (calls != null) {
        calls.remove(this);
      }
    }
  }

  private long drawn() {
    return chance.delay(DELAY_MIN, DELAY_MAX);
  }
}
