package dev.keelson.server.gateway;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.server.gateway.MessageJson.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** JSON of strangers: a message that can be written and read again, or a refusal. */
class GatewayFuzzTest {
  private static final List<Message> PROTOTYPES =
      List.of(
          TxnRequest.getDefaultInstance(),
          WatchRequest.getDefaultInstance(),
          MemberAddRequest.getDefaultInstance(),
          AuthRoleGrantPermissionRequest.getDefaultInstance());

  @FuzzTest(maxDuration = "1m")
  void json(FuzzedDataProvider data) throws IOException {
    Message prototype = data.pickValue(PROTOTYPES);
    byte[] body = data.consumeRemainingAsBytes();
    try (MessageJson.Reader reader =
        new MessageJson.Reader(new ByteArrayInputStream(body), prototype)) {
      for (Message next = reader.next(); next != null; next = reader.next()) {
        again(prototype, next);
      }
    } catch (MalformedException e) {
      // refused with a reason
    }
  }

  private static void again(Message prototype, Message message) throws IOException {
    String written = MessageJson.print(message);
    try (MessageJson.Reader reader =
        new MessageJson.Reader(
            new ByteArrayInputStream(written.getBytes(StandardCharsets.UTF_8)), prototype)) {
      if (!message.equals(reader.next())) {
        throw new IllegalStateException("read differently when read again: " + written);
      }
    } catch (MalformedException e) {
      throw new IllegalStateException("written and not read again: " + written, e);
    }
  }
}
