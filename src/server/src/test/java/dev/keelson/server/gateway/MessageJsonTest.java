package dev.keelson.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.server.gateway.MessageJson.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageJsonTest {

  private static MessageJson.Reader reader(String body, Message prototype) throws IOException {
    return new MessageJson.Reader(
        new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)), prototype);
  }

  private static @Nullable Message read(String body, Message prototype)
      throws IOException, MalformedException {
    try (MessageJson.Reader reader = reader(body, prototype)) {
      return reader.next();
    }
  }

  @Test
  void messagesFollowOneAnother() throws Exception {
    try (MessageJson.Reader reader =
        reader("{\"ID\":\"1\"}{\"ID\":2}\n {}", LeaseKeepAliveRequest.getDefaultInstance())) {
      assertThat(reader.next()).isEqualTo(LeaseKeepAliveRequest.newBuilder().setID(1).build());
      assertThat(reader.next()).isEqualTo(LeaseKeepAliveRequest.newBuilder().setID(2).build());
      assertThat(reader.next()).isEqualTo(LeaseKeepAliveRequest.getDefaultInstance());
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void namesAreThoseOfTheProtoOrInCamelCaseAndOthersAreIgnored() throws Exception {
    RangeRequest wanted =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xef}))
            .setRangeEnd(ByteString.copyFromUtf8("a"))
            .setSortOrder(RangeRequest.SortOrder.DESCEND)
            .setSortTargetValue(99)
            .setKeysOnly(true)
            .build();
    assertThat(
            read(
                "{\"key\":\"_-8\",\"rangeEnd\":\"YQ==\",\"sort_order\":\"DESCEND\","
                    + "\"sortTarget\":99,\"keys_only\":true,\"nope\":[{\"a\":{}}],\"limit\":null}",
                RangeRequest.getDefaultInstance()))
        .isEqualTo(wanted);
  }

  @Test
  void unsignedNumbersUseAllBits() throws Exception {
    assertThat(read("{\"ID\":\"18446744073709551615\"}", MemberRemoveRequest.getDefaultInstance()))
        .isEqualTo(MemberRemoveRequest.newBuilder().setID(-1).build());
    assertThat(MessageJson.print(MemberRemoveRequest.newBuilder().setID(-1).build()))
        .isEqualTo("{\"ID\":\"18446744073709551615\"}");
  }

  @Test
  void oneofsAreWrittenEvenWithTheirDefault() {
    assertThat(
            MessageJson.print(
                TxnRequest.newBuilder()
                    .addCompare(
                        Compare.newBuilder().setKey(ByteString.copyFromUtf8("a")).setVersion(0))
                    .build()))
        .isEqualTo("{\"compare\":[{\"key\":\"YQ==\",\"version\":\"0\"}]}");
  }

  @Test
  void onlyUtf8IsTaken() {
    for (Charset charset :
        List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, Charset.forName("UTF-32"))) {
      InputStream body = new ByteArrayInputStream("{\"key\":\"YQ==\"}".getBytes(charset));
      assertThatThrownBy(
              () -> {
                try (MessageJson.Reader reader =
                    new MessageJson.Reader(body, RangeRequest.getDefaultInstance())) {
                  var _ = reader.next();
                }
              })
          .isInstanceOf(MalformedException.class)
          .hasMessageStartingWith("invalid character ");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"limit\":\"x\"} | proto: (line 1:10): invalid value for int64 field limit: \"x\"",
        "{\"limit\":9223372036854775808} | proto: (line 1:10): invalid value for int64 field limit: 9223372036854775808",
        "{\"limit\":1e999999999} | proto: (line 1:10): invalid value for int64 field limit: 1e999999999",
        "{\"serializable\":\"true\"} | proto: (line 1:17): invalid value for bool field serializable: \"true\"",
        "{\"key\":\"!\"} | proto: (line 1:8): invalid value for bytes field key: \"!\"",
        "{\"key\":\"\",\"key\":\"\"} | proto: (line 1:11): duplicate field \"key\"",
        "null | proto: syntax error (line 1:1): unexpected token null",
        "{\"key\": | unexpected EOF",
        "\"x\" | proto: syntax error (line 1:1): unexpected token \"x\"",
        "{key:1} | invalid character 'k' looking for beginning of object key string",
        "{\"key\"} | invalid character '}' after object key",
        "{\"key\":\"\" 5} | invalid character '5' after object key:value pair",
        "{\"x\":[1 2]} | invalid character '2' after array element",
        "{\"x\":[1,]} | invalid character ']' looking for beginning of value",
        "{\"x\":-a} | invalid character 'a' in numeric literal",
        "{\"x\":1.a} | invalid character 'a' after decimal point in numeric literal",
        "{\"x\":1ea} | invalid character 'a' in exponent of numeric literal",
        "{\"key\":\"\\x\"} | invalid character 'x' in string escape code",
        "{\"x\":trie} | invalid character 'i' in literal true (expecting 'u')",
        "{\"x\":yes} | invalid character 'y' looking for beginning of value"
      })
  void whatIsWrongIsToldInTheWordsOfEtcd(String body, String message) {
    assertThatThrownBy(() -> read(body, RangeRequest.getDefaultInstance()))
        .isInstanceOf(MalformedException.class)
        .hasMessage(message);
  }
}
