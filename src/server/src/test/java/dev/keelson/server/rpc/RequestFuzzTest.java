package dev.keelson.server.rpc;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.txn.RequestChecks;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import io.grpc.StatusException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Requests of strangers: the frames of a call, then the message and its first checks. */
class RequestFuzzTest {
  private static final int MAX_BYTES = 1 << 16;
  private static final int MAX_OPS = 128;

  /** However the bytes of a call are cut, the same messages come out, or the same refusal. */
  @FuzzTest(maxDuration = "1m")
  void cutsDoNotMatter(FuzzedDataProvider data) {
    int cut = data.consumeInt(1, 64);
    byte[] bytes = data.consumeRemainingAsBytes();
    byte[] whole = messages(bytes, Math.max(1, bytes.length));
    byte[] pieces = messages(bytes, cut);
    if (!Arrays.equals(whole, pieces)) {
      throw new IllegalStateException(
          Arrays.toString(whole) + " in one piece, " + Arrays.toString(pieces) + " in " + cut);
    }
  }

  private static byte[] messages(byte[] bytes, int piece) {
    MessageDeframer deframer = new MessageDeframer(MAX_BYTES);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (int from = 0; from < bytes.length; from += piece) {
        deframer.offer(Unpooled.wrappedBuffer(bytes, from, Math.min(piece, bytes.length - from)));
        for (ByteBuf message = deframer.next(); message != null; message = deframer.next()) {
          byte[] content = new byte[message.readableBytes()];
          message.readBytes(content).release();
          out.writeBytes(content);
          out.write(0xff);
        }
        deframer.keep(UnpooledByteBufAllocator.DEFAULT);
      }
    } catch (StatusException e) {
      out.writeBytes(e.getStatus().getCode().name().getBytes(StandardCharsets.US_ASCII));
    }
    return out.toByteArray();
  }

  @FuzzTest(maxDuration = "1m")
  void whatDecodesIsTakenOrRefused(byte[] bytes) {
    try {
      RequestChecks.range(RangeRequest.parseFrom(bytes));
    } catch (InvalidProtocolBufferException | KvException e) {
      // refused
    }
    try {
      RequestChecks.put(PutRequest.parseFrom(bytes));
    } catch (InvalidProtocolBufferException | KvException e) {
      // refused
    }
    try {
      RequestChecks.deleteRange(DeleteRangeRequest.parseFrom(bytes));
    } catch (InvalidProtocolBufferException | KvException e) {
      // refused
    }
    try {
      TxnRequest txn = TxnRequest.parseFrom(bytes);
      RequestChecks.txn(txn, MAX_OPS);
      if (RequestChecks.cost(txn) < 0) {
        throw new IllegalStateException("a cost below zero");
      }
    } catch (InvalidProtocolBufferException | KvException e) {
      // refused
    }
  }
}
