package dev.keelson.node.peer;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Lets the {@link PeerFront} have a connection first; grpc-java goes on once the front says that it
 * is one for gRPC, and never hears of one for a snapshot.
 */
final class FrontNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
      InternalProtocolNegotiators.serverPlaintext();
  private final PeerFront.Connections front;
  private final SnapshotReceiver snapshots;
  private final AsciiString scheme;

  FrontNegotiator(PeerFront.Connections front, SnapshotReceiver snapshots, boolean secure) {
    this.front = front;
    this.snapshots = snapshots;
    this.scheme = AsciiString.of(secure ? "https" : "http");
  }

  @Override
  public AsciiString scheme() {
    return scheme;
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    return new Waiting(plaintext.newHandler(grpc));
  }

  @Override
  public void close() {
    plaintext.close();
  }

  /** Keeps what grpc-java said at the start of the connection until the front has decided. */
  private final class Waiting extends ChannelInboundHandlerAdapter {
    private final ChannelHandler next;
    private @Nullable ProtocolNegotiationEvent begun;
    private boolean decided;

    Waiting(ChannelHandler next) {
      this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      PeerFront.Destinations destinations =
          new PeerFront.Destinations(
              _ -> new Decision(context), first -> snapshots.accept(first.channel()));
      context.pipeline().addBefore(context.name(), null, front.begin(destinations));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ProtocolNegotiationEvent negotiation) {
        begun = negotiation;
        goOnIfDecided(context);
      } else {
        context.fireUserEventTriggered(event);
      }
    }

    private void goOnIfDecided(ChannelHandlerContext context) {
      ProtocolNegotiationEvent negotiation = begun;
      if (decided && negotiation != null) {
        context.pipeline().addAfter(context.name(), null, next);
        context.fireUserEventTriggered(negotiation);
        context.pipeline().remove(this);
      }
    }

    /** Stands in the pipeline for the moment in which gRPC takes over. */
    private final class Decision extends ChannelInboundHandlerAdapter {
      private final ChannelHandlerContext waiting;

      Decision(ChannelHandlerContext waiting) {
        this.waiting = waiting;
      }

      @Override
      public void handlerAdded(ChannelHandlerContext context) {
        decided = true;
        goOnIfDecided(waiting);
        context.pipeline().remove(this);
      }
    }
  }
}
