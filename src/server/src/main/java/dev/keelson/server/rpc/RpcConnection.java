package dev.keelson.server.rpc;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.FLOW_CONTROL_ERROR;
import static io.netty.handler.codec.http2.Http2Error.NO_ERROR;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;
import static io.netty.handler.codec.http2.Http2Error.REFUSED_STREAM;
import static io.netty.handler.codec.http2.Http2Error.STREAM_CLOSED;
import static io.netty.handler.codec.http2.Http2Exception.connectionError;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerMethodDefinition;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: its streams, its windows, and what keeps a bad client from doing harm. Everything
 * happens on its event loop, except where said.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write or close that fails shows as inactive channel
final class RpcConnection implements FrameReader.Sink {
  private static final Logger log = LoggerFactory.getLogger(RpcConnection.class);

  /** What a client may send on one call before it is read. */
  static final int STREAM_WINDOW = 1 << 20;

  /** What a client may send on all calls before it is taken from the socket. */
  private static final int CONNECTION_WINDOW = 4 << 20;

  private static final byte[] TOO_MANY_PINGS = "too_many_pings".getBytes(StandardCharsets.US_ASCII);
  private static final long DRAIN_PING = 1;
  private static final long KEEP_ALIVE_PING = 2;

  private final ChannelHandlerContext context;
  private final MethodTable methods;
  private final RpcSettings settings;
  private final Attributes attributes;
  private final Egress egress;
  private final FrameReader reader;
  private final HeadDecoder heads;
  private final FloodGuard flood;
  private final PingPolicy pings;
  private final KeepAlive keepAlive;
  private final IntObjectMap<RpcStream<?, ?>> streams = new IntObjectHashMap<>();
  private int lastStream;
  private int streamWindow = Frames.DEFAULT_WINDOW;
  private int credit;
  private boolean ending;
  private boolean broken;

  /** Opens the connection: sends the settings. */
  RpcConnection(ChannelHandlerContext context, MethodTable methods, RpcSettings settings) {
    this.context = context;
    this.methods = methods;
    this.settings = settings;
    this.attributes = attributes(context);
    this.reader = new FrameReader(this, settings.maxHeaderBytes() + Frames.MAX_PAYLOAD);
    this.heads = new HeadDecoder(settings.maxHeaderBytes());
    long now = System.nanoTime();
    this.flood = new FloodGuard(now);
    this.pings = new PingPolicy(settings.keepAliveMinTime(), now);
    this.egress = new Egress(context, pings::sent);
    this.keepAlive =
        new KeepAlive(
            egress.loop(),
            settings.keepAliveInterval().toNanos(),
            settings.keepAliveTimeout().toNanos(),
            () -> egress.ping(0, KEEP_ALIVE_PING),
            this::cut);
    greet();
  }

  MethodTable methods() {
    return methods;
  }

  private static Attributes attributes(ChannelHandlerContext context) {
    Attributes.Builder known =
        Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, context.channel().remoteAddress())
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, context.channel().localAddress());
    SslHandler tls = context.pipeline().get(SslHandler.class);
    if (tls != null) {
      known.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, tls.engine().getSession());
    }
    return known.build();
  }

  private void greet() {
    boolean limited = settings.maxConcurrentStreams() <= Integer.MAX_VALUE;
    ByteBuf buffer = egress.out().room(64);
    Frames.header(buffer, limited ? 18 : 12, Frames.SETTINGS, 0, 0);
    if (limited) {
      Frames.setting(
          buffer, Frames.SETTING_MAX_CONCURRENT_STREAMS, settings.maxConcurrentStreams());
    }
    Frames.setting(buffer, Frames.SETTING_INITIAL_WINDOW_SIZE, STREAM_WINDOW);
    Frames.setting(buffer, Frames.SETTING_MAX_HEADER_LIST_SIZE, settings.maxHeaderBytes());
    Frames.windowUpdate(buffer, 0, CONNECTION_WINDOW - Frames.DEFAULT_WINDOW);
    egress.flushSoon();
  }

  // ---- what streams need

  Egress egress() {
    return egress;
  }

  RpcSettings settings() {
    return settings;
  }

  Attributes attributes() {
    return attributes;
  }

  void remove(int stream) {
    streams.remove(stream);
    if (ending && streams.isEmpty()) {
      egress.onLoopLater(egress::closeAfterFlush);
    }
  }

  // ---- what the channel tells

  void read(ByteBuf bytes) {
    egress.beginBatch();
    keepAlive.heard();
    if (broken) {
      bytes.release();
      return;
    }
    try {
      reader.read(context.alloc(), bytes);
    } catch (Http2Exception e) {
      fail(e);
    }
  }

  void readComplete() {
    egress.endBatch();
  }

  void writabilityChanged() {
    egress.writabilityChanged();
  }

  /** The channel is gone. */
  void closed() {
    broken = true;
    keepAlive.stop();
    for (RpcStream<?, ?> stream : open()) {
      stream.cancel();
    }
    reader.close();
    egress.close();
  }

  private List<RpcStream<?, ?>> open() {
    return new ArrayList<>(streams.values());
  }

  private void fail(Http2Exception failure) {
    broken = true;
    log.atDebug()
        .addKeyValue("remote-address", context.channel().remoteAddress())
        .addKeyValue("error", failure.error())
        .log("closing a connection: {}", failure.getMessage());
    byte[] debug = String.valueOf(failure.getMessage()).getBytes(StandardCharsets.UTF_8);
    egress.goAway(lastStream, failure.error(), debug);
    egress.closeAfterFlush();
  }

  /**
   * Asks the client to make no more calls here and closes when those under way are over.
   * Thread-safe.
   */
  void drain() {
    egress.onLoop(
        () -> {
          // a call may be on its way: what the client sent before it saw this is still served
          egress.goAway(Integer.MAX_VALUE, NO_ERROR);
          egress.ping(0, DRAIN_PING);
        });
  }

  private void drained() {
    egress.goAway(lastStream, NO_ERROR);
    ending = true;
    if (streams.isEmpty()) {
      egress.closeAfterFlush();
    }
  }

  /** Closes at once. Thread-safe. */
  void cut() {
    context.close();
  }

  // ---- frames

  @Override
  public void data(int id, ByteBuf payload, int flowBytes, boolean endStream)
      throws Http2Exception {
    credit += flowBytes;
    if (credit >= CONNECTION_WINDOW / 2) {
      egress.windowUpdate(0, credit);
      credit = 0;
    }
    if (!payload.isReadable() && !endStream) {
      guard();
    }
    RpcStream<?, ?> stream = streams.get(id);
    if (stream == null) {
      requireSeen(id);
    } else if (stream.isHalfClosed()) {
      egress.reset(id, STREAM_CLOSED);
      stream.cancel();
    } else if (!stream.received(payload, flowBytes, endStream)) {
      throw connectionError(FLOW_CONTROL_ERROR, "more data than the window of stream %d", id);
    }
  }

  /** Frames may still come for a stream that is over, but not for one that never was. */
  private void requireSeen(int id) throws Http2Exception {
    if (id > lastStream || (id & 1) == 0) {
      throw connectionError(PROTOCOL_ERROR, "a frame of stream %d, which is idle", id);
    }
  }

  private void guard() throws Http2Exception {
    if (flood.tooMany(System.nanoTime())) {
      throw connectionError(ENHANCE_YOUR_CALM, "too many frames of no use");
    }
  }

  @Override
  public void headers(int id, ByteBuf block, boolean endStream) throws Http2Exception {
    RequestHead head;
    try {
      head = heads.decode(id, block);
    } catch (Http2Exception.StreamException e) {
      badHead(id, e);
      return;
    }
    RpcStream<?, ?> known = streams.get(id);
    if (known != null) {
      if (known.isHalfClosed() || !endStream) {
        throw connectionError(PROTOCOL_ERROR, "headers in the middle of stream %d", id);
      }
      known.halfClosed();
    } else if (id > lastStream) {
      opened(id, head, endStream);
    } else {
      requireSeen(id);
    }
  }

  private void badHead(int id, Http2Exception.StreamException failure) throws Http2Exception {
    RpcStream<?, ?> known = streams.get(id);
    if (known == null && id > lastStream && (id & 1) == 1) {
      lastStream = id;
      if (failure instanceof Http2Exception.HeaderListSizeException) {
        egress.refuse(
            id, 431, "the headers are larger than " + settings.maxHeaderBytes() + " bytes");
        return;
      }
    }
    guard();
    egress.reset(id, failure.error());
    if (known != null) {
      known.cancel();
    }
  }

  private void opened(int id, RequestHead head, boolean endStream) throws Http2Exception {
    if ((id & 1) == 0) {
      throw connectionError(PROTOCOL_ERROR, "a client's stream %d", id);
    }
    lastStream = id;
    if (ending || streams.size() >= settings.maxConcurrentStreams()) {
      guard();
      egress.reset(id, REFUSED_STREAM);
      return;
    }
    CharSequence path = head.path();
    if (path == null || head.method() == null) {
      guard();
      egress.reset(id, PROTOCOL_ERROR);
    } else if (!"POST".contentEquals(head.method())) {
      egress.refuse(id, 405, "http2Server.operateHeaders parsed a :method field that is not POST");
    } else if (!head.isGrpc()) {
      egress.refuse(id, 415, "invalid gRPC request content-type");
    } else {
      ServerMethodDefinition<?, ?> method = methods.find(path);
      if (method == null) {
        egress.refuse(id, methods.unknown(path));
      } else {
        call(id, method, head, endStream);
      }
    }
  }

  private <Q, R> void call(
      int id, ServerMethodDefinition<Q, R> method, RequestHead head, boolean endStream) {
    RpcStream<Q, R> stream = new RpcStream<>(this, id, streamWindow, method, head);
    streams.put(id, stream);
    stream.start(head);
    if (endStream) {
      stream.halfClosed();
    }
  }

  @Override
  public void reset(int id) throws Http2Exception {
    requireSeen(id);
    RpcStream<?, ?> stream = streams.get(id);
    if (stream != null) {
      stream.cancel();
    }
    guard();
  }

  @Override
  public void settings(ByteBuf pairs) throws Http2Exception {
    guard();
    while (pairs.isReadable()) {
      int setting = pairs.readUnsignedShort();
      long value = pairs.readUnsignedInt();
      if (setting == Frames.SETTING_INITIAL_WINDOW_SIZE) {
        resizeWindows(value);
      } else if (setting == Frames.SETTING_MAX_FRAME_SIZE && value < Frames.MAX_PAYLOAD) {
        throw connectionError(PROTOCOL_ERROR, "SETTINGS_MAX_FRAME_SIZE of %d", value);
      }
    }
    egress.settingsTaken();
  }

  private void resizeWindows(long size) throws Http2Exception {
    if (size > Integer.MAX_VALUE) {
      throw connectionError(FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE of %d", size);
    }
    int change = (int) size - streamWindow;
    streamWindow = (int) size;
    for (RpcStream<?, ?> stream : open()) {
      widen(stream, change);
    }
  }

  private void widen(RpcStream<?, ?> stream, int change) throws Http2Exception {
    if (!stream.outbound().widen(change)) {
      throw connectionError(FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
    }
    stream.outbound().drain();
    egress.flushSoon();
  }

  @Override
  public void ping(boolean ack, long data) throws Http2Exception {
    if (ack) {
      if (data == DRAIN_PING) {
        drained();
      }
      return;
    }
    guard();
    if (pings.tooMany(System.nanoTime(), !streams.isEmpty())) {
      broken = true;
      egress.goAway(lastStream, ENHANCE_YOUR_CALM, TOO_MANY_PINGS);
      egress.closeAfterFlush();
      return;
    }
    egress.ping(Frames.ACK, data);
  }

  @Override
  public void windowUpdate(int id, int increment) throws Http2Exception {
    if (id != 0) {
      RpcStream<?, ?> stream = streams.get(id);
      if (stream == null) {
        requireSeen(id);
      } else if (increment == 0) {
        egress.reset(id, PROTOCOL_ERROR);
        stream.cancel();
      } else {
        widen(stream, increment);
      }
      return;
    }
    if (increment == 0) {
      throw connectionError(PROTOCOL_ERROR, "WINDOW_UPDATE of 0");
    }
    if (!egress.widen(increment)) {
      throw connectionError(FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
    }
  }
}
