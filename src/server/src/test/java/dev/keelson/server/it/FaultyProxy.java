package dev.keelson.server.it;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before an HTTP server and lets some requests fail. */
final class FaultyProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 << 10;
  private static final int CUT_ANSWER_BYTES = 5 << 20;

  /** What happens to a request. */
  enum Fault {
    /** Nothing. */
    NONE,
    /** It is answered with 403. */
    FORBID,
    /** The connection breaks in the middle of it. */
    CUT,
    /** The connection breaks in the middle of a long answer. */
    CUT_ANSWER
  }

  /** Decides over requests. */
  interface Rule {
    /** The fate of a request, by its first line; called once for each. */
    Fault of(String requestLine);
  }

  private final ServerSocket listener;
  private final int backend;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Rule rule = _ -> Fault.NONE;

  FaultyProxy(int backend) throws IOException {
    this.backend = backend;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** Replaces the rule and forgets the requests so far. */
  void rule(Rule next) {
    requests.clear();
    rule = next;
  }

  /** The first lines of the requests since the rule was set. */
  List<String> requests() {
    return requests;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), backend)) {
      String head = readHead(client.getInputStream());
      String line = head.substring(0, Math.max(0, head.indexOf("\r\n")));
      if (line.isEmpty()) {
        return;
      }
      requests.add(line);
      switch (rule.of(line)) {
        case FORBID -> forbid(client.getOutputStream());
        case CUT -> {
          // takes a part of the body and is gone
          client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII));
          byte[] some = client.getInputStream().readNBytes(BUFFER_BYTES);
          if (some.length > 0) {
            client.setSoLinger(true, 0);
          }
        }
        case CUT_ANSWER -> forward(head, client, server, CUT_ANSWER_BYTES);
        case NONE -> forward(head, client, server, Long.MAX_VALUE);
      }
    } catch (IOException e) {
      // either side has gone; that is what the tests are about
    }
  }

  private static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(US_ASCII).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.write(next);
    }
    return head.toString(US_ASCII);
  }

  private static void forbid(OutputStream out) throws IOException {
    String body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    String answer =
        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nConnection: close\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    out.write(answer.getBytes(US_ASCII));
    out.flush();
  }

  /** One request for each connection, so that each can be decided upon. */
  private static void forward(String head, Socket client, Socket server, long answerBytesMax)
      throws IOException {
    String once =
        head.replaceAll("(?i)\r\nConnection: [^\r]*", "")
            .replaceFirst("\r\n", "\r\nConnection: close\r\n");
    server.getOutputStream().write(once.getBytes(US_ASCII));
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                pipe(client.getInputStream(), server.getOutputStream(), Long.MAX_VALUE);
              } catch (IOException | UncheckedIOException e) {
                // the answer has come before the end of the request
              }
            });
    pipe(server.getInputStream(), client.getOutputStream(), answerBytesMax);
  }

  private static void pipe(InputStream in, OutputStream out, long bytesMax) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = bytesMax;
    for (int read = in.read(buffer); read >= 0 && left > 0; read = in.read(buffer)) {
      out.write(buffer, 0, read);
      out.flush();
      left -= read;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
