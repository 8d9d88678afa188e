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
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
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

  private static final byte[] NO_DEBUG = {};
  private static final byte[] TOO_MANY_PINGS = "too_many_pings".getBytes(StandardCharsets.US_ASCII);
  private static final long DRAIN_PING = 1;
  private static final long KEEP_ALIVE_PING = 2;

  private final ChannelHandlerContext context;
  private final EventExecutor loop;
  private final MethodTable methods;
  private final RpcSettings settings;
  private final Attributes attributes;
  private final OutBuffer out;
  private final FrameReader reader;
  private final HeadDecoder heads;
  private final FloodGuard flood;
  private final PingPolicy pings;
  private final KeepAlive keepAlive;
  private final IntObjectMap<RpcStream<?, ?>> streams = new IntObjectHashMap<>();
  private final ArrayDeque<SendQueue> line = new ArrayDeque<>();
  private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean commandsDue = new AtomicBoolean();
  private int lastStream;
  private int window = Frames.DEFAULT_WINDOW;
  private int streamWindow = Frames.DEFAULT_WINDOW;
  private int credit;
  private boolean batching;
  private boolean flushDue;
  private boolean ending;
  private boolean broken;

  /** Opens the connection: sends the settings. */
  RpcConnection(ChannelHandlerContext context, MethodTable methods, RpcSettings settings) {
    this.context = context;
    this.loop = context.executor();
    this.methods = methods;
    this.settings = settings;
    this.attributes = attributes(context);
    this.out = new OutBuffer(context);
    this.reader = new FrameReader(this, settings.maxHeaderBytes() + Frames.MAX_PAYLOAD);
    this.heads = new HeadDecoder(settings.maxHeaderBytes());
    long now = System.nanoTime();
    this.flood = new FloodGuard(now);
    this.pings = new PingPolicy(settings.keepAliveMinTime(), now);
    this.keepAlive =
        new KeepAlive(
            loop,
            settings.keepAliveInterval().toNanos(),
            settings.keepAliveTimeout().toNanos(),
            () -> ping(KEEP_ALIVE_PING),
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
    ByteBuf buffer = out.room(64);
    Frames.header(buffer, limited ? 18 : 12, Frames.SETTINGS, 0, 0);
    if (limited) {
      Frames.setting(
          buffer, Frames.SETTING_MAX_CONCURRENT_STREAMS, settings.maxConcurrentStreams());
    }
    Frames.setting(buffer, Frames.SETTING_INITIAL_WINDOW_SIZE, STREAM_WINDOW);
    Frames.setting(buffer, Frames.SETTING_MAX_HEADER_LIST_SIZE, settings.maxHeaderBytes());
    Frames.windowUpdate(buffer, 0, CONNECTION_WINDOW - Frames.DEFAULT_WINDOW);
    flushSoon();
  }

  // ---- what streams need

  RpcSettings settings() {
    return settings;
  }

  Attributes attributes() {
    return attributes;
  }

  EventExecutor loop() {
    return loop;
  }

  boolean inLoop() {
    return loop.inEventLoop();
  }

  ByteBufAllocator allocator() {
    return context.alloc();
  }

  OutBuffer out() {
    return out;
  }

  /** What may be sent on all streams together; negative after a shrink. */
  int window() {
    return window;
  }

  void spend(int bytes) {
    window -= bytes;
    pings.sent();
  }

  boolean writable() {
    return context.channel().isWritable();
  }

  /** Goes on with that stream when the connection's window or the socket allow. */
  void waitInLine(SendQueue queue) {
    line.add(queue);
  }

  void writeHeaders(int stream, ByteBuf block, boolean endStream) {
    pings.sent();
    byte type = Frames.HEADERS;
    do {
      int bytes = Math.min(block.readableBytes(), Frames.MAX_PAYLOAD);
      boolean last = bytes == block.readableBytes();
      int flags = (last ? Frames.END_HEADERS : 0);
      if (type == Frames.HEADERS && endStream) {
        flags |= Frames.END_STREAM;
      }
      ByteBuf buffer = out.room(Frames.HEADER_BYTES + bytes);
      Frames.header(buffer, bytes, type, flags, stream);
      buffer.writeBytes(block, bytes);
      type = Frames.CONTINUATION;
    } while (block.isReadable());
  }

  void reset(int stream, long error) {
    Frames.reset(out.room(Frames.HEADER_BYTES + 4), stream, error);
    flushSoon();
  }

  void remove(int stream) {
    streams.remove(stream);
    if (ending && streams.isEmpty()) {
      onLoopLater(this::closeAfterFlush);
    }
  }

  /** Runs something on the event loop, now if this is it. Thread-safe. */
  void onLoop(Runnable command) {
    if (inLoop()) {
      command.run();
    } else {
      onLoopLater(command);
    }
  }

  /** Runs something on the event loop, after what runs now. Thread-safe. */
  void onLoopLater(Runnable command) {
    commands.add(command);
    if (commandsDue.compareAndSet(false, true)) {
      loop.execute(this::runCommands);
    }
  }

  private void runCommands() {
    commandsDue.set(false);
    boolean outermost = !batching;
    batching = true;
    for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
      next.run();
    }
    if (outermost) {
      endBatch();
    }
  }

  /** Lets what was written go out, with all else of this batch. */
  void flushSoon() {
    if (!flushDue) {
      flushDue = true;
      if (!batching) {
        loop.execute(this::endBatch);
      }
    }
  }

  private void endBatch() {
    batching = false;
    goOn();
    if (flushDue) {
      flushDue = false;
      out.flush();
    }
  }

  private void goOn() {
    while (!line.isEmpty() && window > 0 && writable()) {
      SendQueue next = line.removeFirst();
      next.inLine = false;
      next.drain();
      flushDue = true;
    }
  }

  // ---- what the channel tells

  void read(ByteBuf bytes) {
    batching = true;
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
    endBatch();
  }

  void writabilityChanged() {
    if (!batching) {
      endBatch();
    }
  }

  /** The channel is gone. */
  void closed() {
    broken = true;
    keepAlive.stop();
    for (RpcStream<?, ?> stream : open()) {
      stream.cancel();
    }
    reader.close();
    out.close();
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
    goAway(lastStream, failure.error().code(), debug);
    closeAfterFlush();
  }

  private void closeAfterFlush() {
    out.flush();
    context.writeAndFlush(context.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
  }

  private void goAway(int last, long error, byte[] debug) {
    byte[] told = debug.length > 256 ? NO_DEBUG : debug;
    Frames.goAway(out.room(Frames.HEADER_BYTES + 8 + told.length), last, error, told);
    flushSoon();
  }

  /**
   * Asks the client to make no more calls here and closes when those under way are over.
   * Thread-safe.
   */
  void drain() {
    onLoop(
        () -> {
          // a call may be on its way: what the client sent before it saw this is still served
          goAway(Integer.MAX_VALUE, NO_ERROR.code(), NO_DEBUG);
          ping(DRAIN_PING);
        });
  }

  private void drained() {
    goAway(lastStream, NO_ERROR.code(), NO_DEBUG);
    ending = true;
    if (streams.isEmpty()) {
      closeAfterFlush();
    }
  }

  /** Closes at once. Thread-safe. */
  void cut() {
    context.close();
  }

  private void ping(long data) {
    Frames.ping(out.room(Frames.HEADER_BYTES + 8), 0, data);
    flushSoon();
  }

  // ---- frames

  @Override
  public void data(int id, ByteBuf payload, int flowBytes, boolean endStream)
      throws Http2Exception {
    credit += flowBytes;
    if (credit >= CONNECTION_WINDOW / 2) {
      Frames.windowUpdate(out.room(Frames.HEADER_BYTES + 4), 0, credit);
      credit = 0;
      flushSoon();
    }
    if (!payload.isReadable() && !endStream) {
      guard();
    }
    RpcStream<?, ?> stream = streams.get(id);
    if (stream == null) {
      requireSeen(id);
    } else if (stream.isHalfClosed()) {
      reset(id, STREAM_CLOSED.code());
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
        answerHttp(id, 431, "the headers are larger than " + settings.maxHeaderBytes() + " bytes");
        return;
      }
    }
    guard();
    reset(id, failure.error().code());
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
      reset(id, REFUSED_STREAM.code());
      return;
    }
    CharSequence path = head.path();
    if (path == null || head.method() == null) {
      guard();
      reset(id, PROTOCOL_ERROR.code());
    } else if (!"POST".contentEquals(head.method())) {
      answerHttp(id, 405, "http2Server.operateHeaders parsed a :method field that is not POST");
    } else if (!head.isGrpc()) {
      answerHttp(id, 415, "invalid gRPC request content-type");
    } else {
      ServerMethodDefinition<?, ?> method = methods.find(path);
      if (method == null) {
        answer(id, methods.unknown(path));
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

  /** Answers what is not a call of a known method; the rest of the stream is not looked at. */
  private void answer(int id, Status status) {
    ByteBuf block = allocator().buffer();
    try {
      ResponseHeads.success(block);
      ResponseHeads.status(block, status);
      writeHeaders(id, block, true);
    } finally {
      block.release();
    }
    reset(id, NO_ERROR.code());
  }

  private void answerHttp(int id, int code, String reason) {
    ByteBuf block = allocator().buffer();
    try {
      ResponseHeads.httpStatus(block, code);
      ResponseHeads.status(block, Status.INTERNAL.withDescription(reason));
      writeHeaders(id, block, true);
    } finally {
      block.release();
    }
    reset(id, NO_ERROR.code());
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
    Frames.header(out.room(Frames.HEADER_BYTES), 0, Frames.SETTINGS, Frames.ACK, 0);
    flushSoon();
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
    flushSoon();
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
      goAway(lastStream, ENHANCE_YOUR_CALM.code(), TOO_MANY_PINGS);
      closeAfterFlush();
      return;
    }
    Frames.ping(out.room(Frames.HEADER_BYTES + 8), Frames.ACK, data);
    flushSoon();
  }

  @Override
  public void windowUpdate(int id, int increment) throws Http2Exception {
    if (id != 0) {
      RpcStream<?, ?> stream = streams.get(id);
      if (stream == null) {
        requireSeen(id);
      } else if (increment == 0) {
        reset(id, PROTOCOL_ERROR.code());
        stream.cancel();
      } else {
        widen(stream, increment);
      }
      return;
    }
    if (increment == 0) {
      throw connectionError(PROTOCOL_ERROR, "WINDOW_UPDATE of 0");
    }
    long wider = (long) window + increment;
    if (wider > Integer.MAX_VALUE) {
      throw connectionError(FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
    }
    window = (int) wider;
    goOn();
  }
}
