package dev.keelson.server.gateway;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.StatusException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Every route of the gateway. A request blocks a virtual thread for as long as it lasts; a watch
 * has a second one that reads its body.
 */
@Path("/v3/{rpc:.*}")
public final class GatewayResource {
  private final Gateway gateway;

  GatewayResource(Gateway gateway) {
    this.gateway = gateway;
  }

  /** Makes the call that the path stands for. */
  @POST
  @RunOnVirtualThread
  public Response call(InputStream body, @Context HttpServerRequest request)
      throws IOException, InterruptedException {
    try {
      GatewayCall call =
          gateway.call(
              request.path(),
              RequestMetadata.of(request.headers()),
              request.getHeader(CallTimeout.HEADER));
      endWith(request, call);
      call.send(body);
      return call.isUnary() ? answer(call) : first(call);
    } catch (StatusException e) {
      return failure(e.getStatus());
    }
  }

  /** Nobody waits for a lock, say, whose client has gone. */
  private static void endWith(HttpServerRequest request, GatewayCall call) {
    // that of the connection: the response's own belongs to Quarkus while it writes
    request.connection().closeHandler(closed -> call.close());
    if (request.response().closed()) {
      call.close(); // before the handler was there
    }
  }

  private static Response answer(GatewayCall call) throws StatusException, InterruptedException {
    Message response = call.next();
    if (response == null) {
      throw Status.INTERNAL.withDescription("an empty answer").asException();
    }
    return success(MessageJson.print(response));
  }

  /** A stream that fails before its first message is answered like a single call. */
  private static Response first(GatewayCall call) throws StatusException, InterruptedException {
    Message message = call.next();
    return message == null
        ? Response.ok().build() // nothing to say, as after an empty request
        : success((StreamingOutput) out -> stream(message, call, out));
  }

  private static void stream(Message first, GatewayCall call, OutputStream out) throws IOException {
    try {
      for (Message next = first; next != null; next = call.next()) {
        write(out, MessageJson.result(next));
      }
    } catch (StatusException e) {
      write(out, HttpErrors.last(e.getStatus()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      call.close();
    }
  }

  private static void write(OutputStream out, String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static Response success(Object entity) {
    return Response.ok(entity, MediaType.APPLICATION_JSON_TYPE)
        .header("Grpc-Metadata-Content-Type", "application/grpc")
        .build();
  }

  private static Response failure(Status status) {
    Response.ResponseBuilder response =
        Response.status(HttpErrors.status(status.getCode()))
            .type(MediaType.APPLICATION_JSON_TYPE)
            .entity(HttpErrors.body(status));
    if (status.getCode() == Status.Code.UNAUTHENTICATED) {
      response.header("WWW-Authenticate", HttpErrors.message(status));
    }
    return response.build();
  }
}
