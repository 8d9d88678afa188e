package dev.keelson.server.gateway;

import com.google.protobuf.Message;
import dev.keelson.server.gateway.MessageJson.MalformedException;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every route of the gateway. A request blocks a virtual thread for as long as it lasts; a watch
 * has a second one that reads its body.
 */
@Path("/v3/{rpc:.*}")
public final class GatewayResource {
  private static final Logger log = LoggerFactory.getLogger(GatewayResource.class);

  private static final Status NOT_FOUND = Status.NOT_FOUND.withDescription("Not Found");
  private static final Status NOT_SERVING =
      Status.UNAVAILABLE.withDescription("etcdserver: server stopped");

  private final Gateway gateway;

  GatewayResource(Gateway gateway) {
    this.gateway = gateway;
  }

  /** Makes the call that the path stands for. */
  @POST
  @RunOnVirtualThread
  public Response call(InputStream body, @Context HttpServerRequest request)
      throws IOException, InterruptedException {
    MethodDescriptor<Message, Message> method = Routes.find(request.path());
    if (method == null) {
      return failure(NOT_FOUND);
    }
    GatewayCall call = gateway.call(method, RequestMetadata.of(request.headers()));
    if (call == null) {
      return failure(NOT_SERVING);
    }
    Message prototype =
        ((PrototypeMarshaller<Message>) method.getRequestMarshaller()).getMessagePrototype();
    MessageJson.Reader messages = new MessageJson.Reader(body, prototype);
    if (method.getType() == MethodType.BIDI_STREAMING) {
      // requests and responses do not wait for one another
      Thread.startVirtualThread(() -> forward(messages, call));
      return first(call, request);
    }
    try (messages) {
      Message message = messages.next();
      call.send(message == null ? prototype : message); // an empty body is an empty message
      call.halfClose();
    } catch (MalformedException e) {
      call.cancel();
      return failure(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    }
    return method.getType() == MethodType.UNARY ? answer(call) : first(call, request);
  }

  private static Response answer(GatewayCall call) throws InterruptedException {
    try {
      Message response = call.next();
      if (response == null) {
        return failure(Status.INTERNAL.withDescription("an empty answer"));
      }
      return success(MessageJson.print(response));
    } catch (StatusException e) {
      return failure(e.getStatus());
    }
  }

  /** Sends the body's messages; one that is malformed is the last. */
  private static void forward(MessageJson.Reader messages, GatewayCall call) {
    try (messages) {
      for (Message next = messages.next(); next != null; next = messages.next()) {
        call.send(next);
      }
    } catch (MalformedException | IOException e) {
      log.atDebug().setCause(e).log("a gateway stream's request cannot be read");
    }
    call.halfClose();
  }

  /** A stream that fails before its first message is answered like a single call. */
  private static Response first(GatewayCall call, HttpServerRequest request)
      throws InterruptedException {
    // that of the connection: the response's own belongs to Quarkus while it writes
    request.connection().closeHandler(closed -> call.cancel());
    if (request.response().closed()) {
      call.cancel(); // before the handler was there
    }
    try {
      Message message = call.next();
      if (message == null) {
        return Response.ok().build(); // nothing to say, as after an empty request
      }
      return success((StreamingOutput) out -> stream(message, call, out));
    } catch (StatusException e) {
      return failure(e.getStatus());
    }
  }

  private static void stream(Message first, GatewayCall call, OutputStream out) throws IOException {
    try {
      for (Message next = first; next != null; next = call.next()) {
        line(out, "result", MessageJson.print(next));
      }
    } catch (StatusException e) {
      line(out, "error", HttpErrors.body(e.getStatus()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      call.cancel();
    }
  }

  private static void line(OutputStream out, String kind, String json) throws IOException {
    String line = "{\"" + kind + "\":" + json + "}\n";
    out.write(line.getBytes(StandardCharsets.UTF_8));
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
