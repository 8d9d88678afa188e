package dev.keelson.sim.oracle;

import dev.keelson.proto.etcdserverpb.KVGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** An endless sequence of operations that depends on nothing but its seed. */
final class OperationGenerator {
  /** Each costs a second, most of it for passwords. */
  private static final int STEPS_PER_SECURED_TIME = 1500;

  private final Set<Service> leftOut;
  private final Dice dice;
  private final KeyValueRequests keyValue;
  private final TxnRequests txns;
  private final LeaseOperations leases;
  private final WatchOperations watches;
  private final ServiceOperations services;
  private final AuthOperations auth;
  private final SecuredOperations secured;

  /**
   * A sequence.
   *
   * @param seed determines it, together with what is left out
   * @param leftOut services that are not called; reads take their place
   */
  OperationGenerator(long seed, Set<Service> leftOut) {
    this.leftOut = leftOut;
    dice = new Dice(seed);
    keyValue = new KeyValueRequests(dice);
    txns = new TxnRequests(dice, keyValue);
    leases = new LeaseOperations(dice);
    watches = new WatchOperations(dice);
    services = new ServiceOperations(dice);
    auth = new AuthOperations(dice);
    secured = new SecuredOperations(dice, keyValue, txns);
  }

  Operation next() {
    if (dice.chance(4)) {
      List<Operation> steps = new ArrayList<>();
      for (int i = 2 + dice.below(8); i > 0; i--) {
        steps.add(plain());
      }
      return services.alarmed(steps);
    }
    if (!leftOut.contains(Service.AUTH) && dice.below(STEPS_PER_SECURED_TIME) == 0) {
      return secured.group();
    }
    return plain();
  }

  private Operation plain() {
    int choice = dice.below(1000);
    if (choice < 270) {
      return read();
    }
    if (choice < 510) {
      return new Operation.Call(KVGrpc.getPutMethod(), keyValue.put());
    }
    if (choice < 590) {
      return new Operation.Call(KVGrpc.getDeleteRangeMethod(), keyValue.deleteRange());
    }
    if (choice < 790) {
      return new Operation.Call(KVGrpc.getTxnMethod(), txns.txn());
    }
    if (choice < 805) {
      return new Operation.Call(KVGrpc.getCompactMethod(), keyValue.compaction());
    }
    if (choice < 895) {
      return leases.operation();
    }
    if (choice < 940) {
      return watches.operation();
    }
    if (choice < 960) {
      return services.maintenance(!leftOut.contains(Service.DOWNGRADE));
    }
    if (choice < 967) {
      return services.cluster(!leftOut.contains(Service.MEMBERSHIP));
    }
    if (choice < 977) {
      return leftOut.contains(Service.LOCK) ? read() : services.lockOrElection();
    }
    if (choice < 995) {
      return leftOut.contains(Service.AUTH) ? read() : auth.operation();
    }
    return dice.chance(100)
        ? watches.fragmented()
        : new Operation.Call(KVGrpc.getPutMethod(), keyValue.largePut());
  }

  private Operation read() {
    return new Operation.Call(KVGrpc.getRangeMethod(), keyValue.range());
  }
}
