package dev.keelson.bench.load;

import org.jspecify.annotations.Nullable;

/** Grants or revokes a block of leases, each once. */
final class LeaseOperation implements UnaryOperation {
  private static final int TTL_SECONDS = 3_600;

  private final long firstId;
  private final int count;
  private final boolean grant;
  private final ProtoWriter request = new ProtoWriter();
  private int used;

  private LeaseOperation(long firstId, int count, boolean grant) {
    this.firstId = firstId;
    this.count = count;
    this.grant = grant;
  }

  static LeaseOperation grant(long firstId, int count) {
    return new LeaseOperation(firstId, count, true);
  }

  static LeaseOperation revoke(long firstId, int count) {
    return new LeaseOperation(firstId, count, false);
  }

  @Override
  public String path() {
    return grant ? Methods.LEASE_GRANT : Methods.LEASE_REVOKE;
  }

  @Override
  public @Nullable ProtoWriter request(int slot) {
    if (used == count) {
      return null;
    }
    long id = firstId + used++;
    return grant
        ? request.clear().varint(1, TTL_SECONDS).varint(2, id)
        : request.clear().varint(1, id);
  }

  @Override
  public @Nullable String problem(int slot, byte[] bytes, int from, int to) {
    return null; // both fail by status
  }
}
