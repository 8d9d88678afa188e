package dev.keelson.server.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

/** Netty's HPACK decoder, filling {@link RequestHead}s. */
final class HeadDecoder extends DefaultHttp2HeadersDecoder {
  /**
   * Creates the decoder of one connection.
   *
   * @param maxHeaderBytes a larger set of headers fails its call; a quarter more, the connection
   */
  HeadDecoder(int maxHeaderBytes) {
    super(true, maxHeaderBytes);
  }

  @Override
  protected Http2Headers newHeaders() {
    return new RequestHead();
  }

  /**
   * Decodes a block, which must be done for every block to keep the compression state.
   *
   * @throws Http2Exception of the stream when the headers are bad, of the connection when the
   *     compression state is lost
   */
  RequestHead decode(int stream, ByteBuf block) throws Http2Exception {
    return (RequestHead) decodeHeaders(stream, block);
  }
}
