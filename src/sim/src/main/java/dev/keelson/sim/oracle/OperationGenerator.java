package dev.keelson.sim.oracle;

import dev.keelson.proto.etcdserverpb.KVGrpc;
import java.util.ArrayList;
import java.util.List;

/** An endless sequence of operations that depends on nothing but its seed. */
final class OperationGenerator {
  private final Dice dice;
  private final KeyValueRequests keyValue;
  private final TxnRequests txns;
  private final LeaseOperations leases;
  private final WatchOperations watches;
  private final ServiceOperations services;
  private final AuthOperations auth;

  OperationGenerator(long seed) {
    dice = new Dice(seed);
    keyValue = new KeyValueRequests(dice);
    txns = new TxnRequests(dice, keyValue);
    leases = new LeaseOperations(dice);
    watches = new WatchOperations(dice);
    services = new ServiceOperations(dice);
    auth = new AuthOperations(dice);
  }

  Operation next() {
    if (dice.chance(4)) {
      List<Operation> steps = new ArrayList<>();
      for (int i = 2 + dice.below(8); i > 0; i--) {
        steps.add(plain());
      }
      return services.alarmed(steps);
    }
    return plain();
  }

  private Operation plain() {
    int choice = dice.below(1000);
    if (choice < 270) {
      return new Operation.Call(KVGrpc.getRangeMethod(), keyValue.range());
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
      return services.maintenance();
    }
    if (choice < 967) {
      return services.cluster();
    }
    if (choice < 977) {
      return services.lockOrElection();
    }
    if (choice < 995) {
      return auth.operation();
    }
    return dice.chance(100)
        ? watches.fragmented()
        : new Operation.Call(KVGrpc.getPutMethod(), keyValue.largePut());
  }
}
