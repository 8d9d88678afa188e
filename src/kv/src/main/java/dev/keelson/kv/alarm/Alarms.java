package dev.keelson.kv.alarm;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.WriteBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The active alarms. Changed by the apply thread; read from any. */
public final class Alarms {
  private static final Comparator<AlarmMember> ORDER =
      Comparator.comparing(AlarmMember::getMemberID, Long::compareUnsigned)
          .thenComparingInt(AlarmMember::getAlarmValue);

  private volatile List<AlarmMember> active;

  /** Loads what the backend holds. */
  public Alarms(KvBackend backend) {
    active = read(backend);
  }

  /** Loads everything anew, because the backend's contents were replaced. */
  public void reload(Reader backend) {
    active = read(backend);
  }

  private static List<AlarmMember> read(Reader backend) {
    List<AlarmMember> stored = new ArrayList<>();
    try (Cursor cursor = backend.ascending(Families.ALARMS, new byte[0], null)) {
      while (cursor.next()) {
        stored.add(AlarmMember.parseFrom(cursor.key()));
      }
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("an alarm record cannot be decoded", e);
    }
    stored.sort(ORDER);
    return List.copyOf(stored);
  }

  /** All active alarms, by member and type. */
  public List<AlarmMember> active() {
    return active;
  }

  /** The active alarms of one type; all for {@link AlarmType#NONE}. */
  public List<AlarmMember> active(AlarmType type) {
    return type == AlarmType.NONE
        ? active
        : active.stream().filter(each -> each.getAlarm() == type).toList();
  }

  /** Whether any member has raised this alarm. */
  public boolean raised(AlarmType type) {
    for (AlarmMember each : active) {
      if (each.getAlarm() == type) {
        return true;
      }
    }
    return false;
  }

  /** Raises an alarm, which may be up already. */
  public void raise(WriteBatch batch, AlarmMember alarm) {
    if (!active.contains(alarm)) {
      List<AlarmMember> next = new ArrayList<>(active);
      next.add(alarm);
      next.sort(ORDER);
      active = List.copyOf(next);
      batch.put(Families.ALARMS, alarm.toByteArray(), new byte[0]);
    }
  }

  /** Clears an alarm; false if it was not up. */
  public boolean clear(WriteBatch batch, AlarmMember alarm) {
    if (!active.contains(alarm)) {
      return false;
    }
    active = active.stream().filter(each -> !each.equals(alarm)).toList();
    batch.delete(Families.ALARMS, alarm.toByteArray());
    return true;
  }
}
