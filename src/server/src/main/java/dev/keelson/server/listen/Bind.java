package dev.keelson.server.listen;

import dev.keelson.server.member.StartException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What binding needs to know of an address: the kind of channel, its options, and what is in the
 * way.
 */
final class Bind {

  private Bind() {}

  static Class<? extends ServerChannel> channelType(boolean unix) {
    return unix ? NioServerDomainSocketChannel.class : NioServerSocketChannel.class;
  }

  /** Options of listening sockets; SO_REUSEADDR is set on every platform we run on. */
  static Map<ChannelOption<Boolean>, Boolean> options(boolean unix, boolean reusePort) {
    Map<ChannelOption<Boolean>, Boolean> options = new LinkedHashMap<>();
    if (!unix) {
      options.put(ChannelOption.SO_REUSEADDR, true);
      if (reusePort) {
        options.put(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
      }
    }
    return options;
  }

  /**
   * Removes the file that a process which is gone left in the place of its socket, as etcd does.
   *
   * @throws StartException when it cannot be removed
   */
  static void removeOldSocket(Endpoint endpoint) {
    if (!(endpoint.address() instanceof UnixDomainSocketAddress unix)) {
      return;
    }
    Path path = unix.getPath();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new StartException(
          "cannot remove the old socket %s: %s".formatted(path, e.getMessage()),
          Map.of("path", path.toString()));
    }
  }
}
