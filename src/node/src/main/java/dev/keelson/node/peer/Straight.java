package dev.keelson.node.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.Function;

/** Tells snapshots from gRPC by the first byte, and lets either begin at once. */
final class Straight extends ByteToMessageDecoder {
  private static final byte SNAPSHOT = PeerFront.SNAPSHOT_PREFACE.getBytes(US_ASCII)[0];

  private final PeerFront.Destinations destinations;

  Straight(PeerFront.Destinations destinations) {
    this.destinations = destinations;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
    if (bytes.isReadable()) {
      Function<ChannelHandlerContext, ChannelHandler> destination =
          bytes.getByte(bytes.readerIndex()) == SNAPSHOT
              ? destinations.snapshots()
              : destinations.grpc();
      context.pipeline().addAfter(context.name(), null, destination.apply(context));
      context.pipeline().remove(this); // passes the bytes on
    }
  }
}
