package dev.keelson.kv.member;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member as JSON, as etcd puts it into the context of a membership entry and into its snapshots:
 * {@code {"id":<decimal>,"peerURLs":[..],"isLearner":true?,"name":"..","clientURLs":[..]}}.
 */
public final class MemberJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private MemberJson() {}

  /** A member as such. */
  public static byte[] encode(Member member) {
    return encode(member, null);
  }

  /** A member as the context of its addition or promotion. */
  public static byte[] encode(MemberChange change) {
    return encode(change.member(), change);
  }

  private static byte[] encode(Member member, @Nullable MemberChange change) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeFieldName("id");
      out.writeNumber(Long.toUnsignedString(member.getID()));
      strings(out, "peerURLs", member.getRaftAttributes().getPeerUrlsList());
      if (member.getRaftAttributes().getIsLearner()) {
        out.writeBooleanField("isLearner", true);
      }
      Attributes attributes = member.getMemberAttributes();
      if (!attributes.getName().isEmpty()) {
        out.writeStringField("name", attributes.getName());
      }
      if (attributes.getClientUrlsCount() > 0) {
        strings(out, "clientURLs", attributes.getClientUrlsList());
      }
      if (change != null) {
        out.writeBooleanField("isPromote", change.promotes());
        if (change.learnersMax() != MemberChange.NO_LIMIT) {
          out.writeNumberField("learnersMax", change.learnersMax());
        }
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static void strings(JsonGenerator out, String name, List<String> values)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (String value : values) {
      out.writeString(value);
    }
    out.writeEndArray();
  }

  /**
   * Decodes a member; unknown fields are passed over.
   *
   * @throws IOException if it is not such JSON
   */
  public static Member decode(byte[] json) throws IOException {
    return decodeChange(json).member();
  }

  /**
   * Decodes the context of a membership entry; unknown fields are passed over.
   *
   * @throws IOException if it is not such JSON
   */
  public static MemberChange decodeChange(byte[] json) throws IOException {
    boolean promotes = false;
    int learnersMax = MemberChange.NO_LIMIT;
    Member.Builder member = Member.newBuilder();
    RaftAttributes.Builder raft = RaftAttributes.newBuilder();
    Attributes.Builder attributes = Attributes.newBuilder();
    try (JsonParser in = FACTORY.createParser(json)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("a member is a JSON object");
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String field = in.currentName();
        in.nextToken();
        switch (field) {
          case "id" -> member.setID(Long.parseUnsignedLong(in.getText()));
          case "isLearner" -> raft.setIsLearner(in.getBooleanValue());
          case "name" -> attributes.setName(in.getText());
          case "peerURLs" -> each(in, raft::addPeerUrls);
          case "clientURLs" -> each(in, attributes::addClientUrls);
          case "isPromote" -> promotes = in.getBooleanValue();
          case "learnersMax" -> learnersMax = in.getIntValue();
          default -> in.skipChildren();
        }
      }
    } catch (NumberFormatException e) {
      throw new IOException("a member id is an unsigned number", e);
    }
    return new MemberChange(
        member.setRaftAttributes(raft).setMemberAttributes(attributes).build(),
        promotes,
        learnersMax);
  }

  private static void each(JsonParser in, java.util.function.Consumer<String> sink)
      throws IOException {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      in.skipChildren();
      return;
    }
    while (in.nextToken() != JsonToken.END_ARRAY) {
      sink.accept(in.getText());
    }
  }
}
