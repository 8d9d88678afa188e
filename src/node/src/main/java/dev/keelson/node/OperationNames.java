package dev.keelson.node;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import java.util.HashMap;
import java.util.Map;

/** What an entry does, as the label of a metric: {@code LeaseGrant} for {@code lease_grant}. */
final class OperationNames {
  private static final Map<Integer, String> BY_FIELD = new HashMap<>();

  static {
    for (FieldDescriptor field : InternalRaftRequest.getDescriptor().getFields()) {
      StringBuilder name = new StringBuilder();
      for (String word : field.getName().split("_", -1)) {
        name.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
      }
      BY_FIELD.put(field.getNumber(), name.toString());
    }
  }

  private OperationNames() {}

  static String of(InternalRaftRequest request) {
    if (request.hasPut()) {
      return "Put";
    }
    if (request.hasTxn()) {
      return "Txn";
    }
    for (FieldDescriptor field : request.getAllFields().keySet()) {
      int number = field.getNumber();
      if (number != InternalRaftRequest.ID_FIELD_NUMBER
          && number != InternalRaftRequest.HEADER_FIELD_NUMBER) {
        return BY_FIELD.getOrDefault(number, field.getName());
      }
    }
    return "Unknown";
  }
}
