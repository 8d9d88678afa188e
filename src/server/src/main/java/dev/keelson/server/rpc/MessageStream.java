package dev.keelson.server.rpc;

import io.grpc.KnownLength;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;

/** A whole message in memory; its length is known, which lets protobuf decode it in one go. */
final class MessageStream extends ByteBufInputStream implements KnownLength {
  MessageStream(ByteBuf message) {
    super(message, message.readableBytes());
  }
}
