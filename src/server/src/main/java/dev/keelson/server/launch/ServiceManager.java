package dev.keelson.server.launch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd that the member serves, as etcd does: units of etcd are of {@code Type=notify}, and
 * systemd would stop a server that keeps silent. The protocol is one datagram to the Unix socket
 * that {@code NOTIFY_SOCKET} names, {@code sd_notify(3)}; Java has Unix sockets for streams only,
 * so the three calls are made directly. Linux only, where systemd is.
 */
public final class ServiceManager {
  private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);

  /** The environment variable that names the socket. */
  static final String VARIABLE = "NOTIFY_SOCKET";

  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int PATH_MAX = 108;

  private ServiceManager() {}

  /**
   * Says that the member is ready, if a manager wants to know; a failure is only logged.
   *
   * @param environment the process's
   */
  public static void ready(Map<String, String> environment) {
    String socket = environment.get(VARIABLE);
    if (socket == null || socket.isEmpty()) {
      return;
    }
    log.info("notifying init daemon");
    try {
      send(socket, "READY=1");
      log.info("successfully notified init daemon");
    } catch (IOException e) {
      log.atError()
          .addKeyValue("error", e.getMessage())
          .log("failed to notify systemd for readiness");
    }
  }

  /**
   * Sends one datagram.
   *
   * @param socket a path, or the name of an abstract socket behind {@code @}
   */
  static void send(String socket, String state) throws IOException {
    byte[] name = socket.getBytes(StandardCharsets.UTF_8);
    if ((name[0] != '/' && name[0] != '@') || name.length >= PATH_MAX) {
      throw new IOException(VARIABLE + "=" + socket + " is not the name of a Unix socket");
    }
    if (name[0] == '@') {
      name[0] = 0;
    }
    int descriptor = -1;
    try (Arena arena = Arena.ofConfined()) {
      descriptor = (int) Calls.SOCKET.invokeExact((int) AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (descriptor < 0) {
        throw new IOException("no Unix socket to be had");
      }
      MemorySegment address = arena.allocate(Short.BYTES + PATH_MAX, Short.BYTES);
      address.set(JAVA_SHORT, 0, AF_UNIX);
      MemorySegment.copy(name, 0, address, JAVA_BYTE, Short.BYTES, name.length);
      byte[] message = state.getBytes(StandardCharsets.UTF_8);
      long sent =
          (long)
              Calls.SENDTO.invokeExact(
                  descriptor,
                  arena.allocateFrom(JAVA_BYTE, message),
                  (long) message.length,
                  MSG_NOSIGNAL,
                  address,
                  // an abstract name ends where its length says
                  Short.BYTES + name.length + (name[0] == 0 ? 0 : 1));
      if (sent != message.length) {
        throw new IOException("nobody listens at " + VARIABLE + "=" + socket);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(e);
    } finally {
      close(descriptor);
    }
  }

  private static void close(int descriptor) throws IOException {
    if (descriptor < 0) {
      return;
    }
    try {
      int _ = (int) Calls.CLOSE.invokeExact(descriptor);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(e);
    }
  }

  /** Found when they are needed, which is seldom. */
  private static final class Calls {
    static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle SENDTO =
        call("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);

    @SuppressWarnings("restricted") // no call of these can do harm
    private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... parameters) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, parameters));
    }
  }
}
