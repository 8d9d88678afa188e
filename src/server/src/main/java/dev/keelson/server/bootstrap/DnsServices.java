package dev.keelson.server.bootstrap;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverException;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks the name servers of this machine, or another one. */
final class DnsServices implements SrvLookup {
  /** The system property with the {@code host:port} of a name server to ask in their place. */
  static final String NAME_SERVER = "keelson.name-server";

  private static final int PRIORITY_AND_WEIGHT_BYTES = 4;

  private final DnsServerAddressStreamProvider servers;

  /**
   * Prepares to ask.
   *
   * @param nameServer {@code host:port} of a name server; empty for those of this machine
   */
  DnsServices(String nameServer) {
    if (nameServer.isEmpty()) {
      servers = DnsServerAddressStreamProviders.platformDefault();
    } else {
      URI address = URI.create("dns://" + nameServer);
      servers =
          new SingletonDnsServerAddressStreamProvider(
              new InetSocketAddress(address.getHost(), address.getPort()));
    }
  }

  @Override
  public List<Target> find(String name) throws IOException {
    EventLoopGroup loop = new NioEventLoopGroup(1, new DefaultThreadFactory("dns", true));
    try (DnsNameResolver resolver =
        new DnsNameResolverBuilder(loop.next())
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class) // for answers that a datagram cannot hold
            .nameServerProvider(servers)
            .build()) {
      List<Target> found =
          targets(
              resolver
                  .resolveAll(new DefaultDnsQuestion(name, DnsRecordType.SRV))
                  .awaitUninterruptibly());
      if (found.isEmpty()) {
        throw new UnknownHostException(name);
      }
      return found;
    } finally {
      var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static List<Target> targets(Future<List<DnsRecord>> answer) throws IOException {
    Throwable failure = answer.cause();
    if (failure != null) {
      if (failure instanceof UnknownHostException unknown
          && !(failure.getCause() instanceof DnsNameResolverException)) {
        throw unknown;
      }
      throw new IOException(
          String.valueOf((failure.getCause() == null ? failure : failure.getCause()).getMessage()),
          failure);
    }
    List<Target> targets = new ArrayList<>();
    for (DnsRecord found : answer.getNow()) {
      if (found instanceof DnsRawRecord raw && raw.type().equals(DnsRecordType.SRV)) {
        targets.add(target(raw.content()));
      }
      ReferenceCountUtil.release(found);
    }
    return targets;
  }

  /** RFC 2782: priority, weight, port, target. */
  private static Target target(ByteBuf content) {
    content.skipBytes(PRIORITY_AND_WEIGHT_BYTES);
    int port = content.readUnsignedShort();
    String host = DefaultDnsRecordDecoder.decodeName(content);
    return new Target(host.endsWith(".") ? host.substring(0, host.length() - 1) : host, port);
  }
}
