package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.member.Members;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.node.env.Environment;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who the transport takes for a member. */
class RosterTest {
  private static final long SELF = 1;
  private static final Member OTHER =
      Member.newBuilder().setID(2).addPeerURLs("http://other:2380").build();

  private final List<Object> told = new ArrayList<>();
  private final Roster roster =
      new Roster(
          proxy(Environment.class),
          SELF,
          new Members(MemoryKvBackend.create(Families.ALL)),
          proxy(Transport.class),
          1);

  private <T> T proxy(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (method.getName().equals("setPeers")) {
                told.add(arguments[0]);
              }
              return method.getReturnType() == long.class ? 0L : null;
            }));
  }

  /**
   * The transport would tell one that is no longer listed that it was removed, and it would end.
   */
  @Test
  void whoWasNotRemovedStays() {
    roster.hint(List.of(OTHER));
    roster.hint(List.of());
    assertThat(told.getLast()).isEqualTo(Map.of(2L, List.of("http://other:2380")));
  }
}
