package dev.keelson.server.listen;

import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.peer.DescribeResponse;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * What the peer port answers over HTTP/1, as etcd's does: {@code /members} and {@code /version},
 * which tools and etcd's own bootstrap ask, {@code /raft/probing} and {@code /downgrade/enabled}.
 * etcd's ways for Raft, snapshots, leases and hashes are not there: these members use gRPC for
 * them.
 */
final class PeerAnswers {

  private static final String PLAIN = "text/plain; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String CLUSTER_ID = "X-Etcd-Cluster-Id";

  private final Supplier<DescribeResponse> self;
  private final Supplier<String> versions;

  /**
   * Creates the answers.
   *
   * @param versions the body of {@code /version}
   */
  PeerAnswers(Supplier<DescribeResponse> self, Supplier<String> versions) {
    this.self = self;
    this.versions = versions;
  }

  /** Answers a request; its body does not matter. */
  FullHttpResponse answer(HttpMethod method, String uri) {
    String path = new QueryStringDecoder(uri).path();
    boolean get = method.equals(HttpMethod.GET);
    return switch (path) {
      case "/members" -> get ? members() : onlyGet();
      case "/version" -> get ? response(HttpResponseStatus.OK, JSON, versions.get()) : onlyGet();
      case "/downgrade/enabled" -> get ? downgrade() : onlyGet();
      case "/raft/probing" -> response(HttpResponseStatus.OK, PLAIN, probe());
      default -> refusal(HttpResponseStatus.NOT_FOUND, "404 page not found\n");
    };
  }

  /** What Go's server answers to a request it cannot parse. */
  FullHttpResponse unreadable() {
    return response(HttpResponseStatus.BAD_REQUEST, PLAIN, "400 Bad Request");
  }

  private FullHttpResponse members() {
    DescribeResponse now = self.get();
    JsonArray members = new JsonArray();
    now.getMembersList().forEach(member -> members.add(json(member)));
    return ofCluster(response(HttpResponseStatus.OK, JSON, members.encode() + "\n"), now);
  }

  private static JsonObject json(Member member) {
    JsonObject json =
        new JsonObject()
            .put("id", new BigInteger(Long.toUnsignedString(member.getID())))
            .put("peerURLs", new JsonArray(member.getPeerURLsList()));
    if (member.getIsLearner()) {
      json.put("isLearner", true);
    }
    if (!member.getName().isEmpty()) {
      json.put("name", member.getName());
    }
    if (member.getClientURLsCount() > 0) {
      json.put("clientURLs", new JsonArray(member.getClientURLsList()));
    }
    return json;
  }

  private FullHttpResponse downgrade() {
    DescribeResponse now = self.get();
    return ofCluster(
        response(HttpResponseStatus.OK, "text/plain", Boolean.toString(now.getDowngradeEnabled())),
        now);
  }

  private static String probe() {
    return new JsonObject().put("OK", true).put("Now", Instant.now().toString()).encode() + "\n";
  }

  private static FullHttpResponse ofCluster(FullHttpResponse response, DescribeResponse now) {
    response.headers().set(CLUSTER_ID, Long.toHexString(now.getClusterId()));
    return response;
  }

  private static FullHttpResponse onlyGet() {
    FullHttpResponse response =
        refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed\n");
    response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET);
    return response;
  }

  private static FullHttpResponse refusal(HttpResponseStatus status, String text) {
    FullHttpResponse response = response(status, PLAIN, text);
    response.headers().set("X-Content-Type-Options", "nosniff");
    return response;
  }

  private static FullHttpResponse response(HttpResponseStatus status, String type, String body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }
}
