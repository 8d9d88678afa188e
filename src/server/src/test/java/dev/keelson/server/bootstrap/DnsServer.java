package dev.keelson.server.bootstrap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A name server on the loopback address that knows a few SRV records and nothing else. */
public final class DnsServer implements AutoCloseable {
  private static final int SRV = 33;
  private static final int INTERNET = 1;
  private static final int NO_SUCH_NAME = 3;

  private final DatagramSocket socket;
  private final Map<String, List<Integer>> ports;

  /**
   * Starts it.
   *
   * @param ports of the service on {@code localhost}, by the name that is asked for
   */
  public DnsServer(Map<String, List<Integer>> ports) {
    this.ports = Map.copyOf(ports);
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::answer);
  }

  /** Its address, {@code host:port}. */
  public String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  private void answer() {
    byte[] buffer = new byte[512];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        ByteBuffer reply = reply(ByteBuffer.wrap(buffer, 0, packet.getLength()));
        socket.send(new DatagramPacket(reply.array(), reply.position(), packet.getSocketAddress()));
      }
    } catch (IOException e) {
      // closed
    }
  }

  /** RFC 1035, section 4: the header, the question as it came, and an answer for each port. */
  private ByteBuffer reply(ByteBuffer query) {
    short id = query.getShort(0);
    query.position(12);
    String name = name(query);
    int questionEnd = query.position() + 4; // its type and class
    List<Integer> found = ports.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    ByteBuffer reply = ByteBuffer.allocate(512);
    reply.putShort(id);
    reply.putShort((short) (0x8580 | (found.isEmpty() ? NO_SUCH_NAME : 0)));
    reply.putShort((short) 1).putShort((short) found.size()).putInt(0);
    reply.put(query.slice(12, questionEnd - 12));
    byte[] target = encode("localhost");
    for (int port : found) {
      reply.putShort((short) 0xc00c); // the name in the question
      reply.putShort((short) SRV).putShort((short) INTERNET).putInt(60);
      reply.putShort((short) (6 + target.length));
      reply.putShort((short) 0).putShort((short) 0).putShort((short) port).put(target);
    }
    return reply;
  }

  private static String name(ByteBuffer query) {
    StringBuilder name = new StringBuilder();
    for (int length = query.get(); length > 0; length = query.get()) {
      byte[] label = new byte[length];
      query.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
    }
    return name.toString();
  }

  private static byte[] encode(String label) {
    byte[] text = label.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(text.length + 2)
        .put((byte) text.length)
        .put(text)
        .put((byte) 0)
        .array();
  }

  @Override
  public void close() {
    socket.close();
  }
}
