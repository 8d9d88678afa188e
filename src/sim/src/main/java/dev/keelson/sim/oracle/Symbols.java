package dev.keelson.sim.oracle;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers that a sequence can only name, because servers choose them: the current and the compacted
 * revision, the member's id, and leases whose id the server picked.
 *
 * <p>In a generated request they are numbers from reserved windows far from any real value. One
 * instance belongs to one side: it replaces names by that side's numbers in requests, and that
 * side's own ids by names in answers.
 */
final class Symbols {
  private static final long WINDOW = 1L << 20;
  private static final long CURRENT = 1L << 62;
  private static final long COMPACTED = CURRENT + (1L << 60);
  private static final long PICKED_LEASE = CURRENT + (2L << 60);

  /** Names the id of the member that serves the call. */
  static final long MEMBER = CURRENT + (3L << 60);

  private final Map<Long, Long> nameOfId = new HashMap<>();
  private final Map<Long, Long> idOfName = new HashMap<>();
  private long currentRevision;
  private long compactedRevision;
  private int pickedLeases;

  Symbols(long memberId, long currentRevision, long compactedRevision) {
    bind(MEMBER, memberId);
    this.currentRevision = currentRevision;
    this.compactedRevision = compactedRevision;
  }

  /** The store's revision at the time of sending, plus an offset. */
  static long current(int offset) {
    return CURRENT + offset;
  }

  /** The last compacted revision at the time of sending, plus an offset. */
  static long compacted(int offset) {
    return COMPACTED + offset;
  }

  /** The n-th lease of the run, from 0, whose id the server picked. */
  static long pickedLease(int n) {
    return PICKED_LEASE + n;
  }

  static String name(long number) {
    if (near(number, CURRENT)) {
      return "current" + offset(number - CURRENT);
    }
    if (near(number, COMPACTED)) {
      return "compacted" + offset(number - COMPACTED);
    }
    if (near(number, PICKED_LEASE)) {
      return "pickedLease" + (number - PICKED_LEASE);
    }
    return number == MEMBER ? "member" : Long.toString(number);
  }

  long currentRevision() {
    return currentRevision;
  }

  long compactedRevision() {
    return compactedRevision;
  }

  void sawRevision(long revision) {
    currentRevision = Math.max(currentRevision, revision);
  }

  void compactedAt(long revision) {
    compactedRevision = revision;
  }

  /** Remembers the id that the server picked for a lease. */
  void pickedLeaseId(long id) {
    bind(PICKED_LEASE + pickedLeases++, id);
  }

  /** Replaces names by this side's numbers. */
  Message resolve(Message request) {
    return mapLongs(request, this::resolveNumber);
  }

  /** Replaces this side's own ids by names. */
  Message anonymous(Message answer) {
    return mapLongs(answer, id -> nameOfId.getOrDefault(id, id));
  }

  private void bind(long name, long id) {
    idOfName.put(name, id);
    nameOfId.put(id, name);
  }

  private long resolveNumber(long number) {
    if (near(number, CURRENT)) {
      return currentRevision + (number - CURRENT);
    }
    if (near(number, COMPACTED)) {
      return compactedRevision + (number - COMPACTED);
    }
    return idOfName.getOrDefault(number, number);
  }

  private static boolean near(long number, long base) {
    return Math.abs(number - base) < WINDOW;
  }

  private static String offset(long difference) {
    return difference == 0 ? "" : difference > 0 ? "+" + difference : Long.toString(difference);
  }

  private interface LongMapping {
    long apply(long number);
  }

  private static Message mapLongs(Message message, LongMapping mapping) {
    Message.Builder changed = null;
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      Object mapped = mapValue(field, entry.getValue(), mapping);
      if (!mapped.equals(entry.getValue())) {
        changed = changed == null ? message.toBuilder() : changed;
        changed.setField(field, mapped);
      }
    }
    return changed == null ? message : changed.build();
  }

  private static Object mapValue(FieldDescriptor field, Object value, LongMapping mapping) {
    if (value instanceof List<?> values) {
      return values.stream().map(element -> mapElement(field, element, mapping)).toList();
    }
    return mapElement(field, value, mapping);
  }

  private static Object mapElement(FieldDescriptor field, Object value, LongMapping mapping) {
    return switch (field.getJavaType()) {
      case LONG -> mapping.apply((Long) value);
      case MESSAGE -> mapLongs((Message) value, mapping);
      case INT, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING, ENUM -> value;
    };
  }
}
