package dev.keelson.server.it;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What an informer (a list, a watch, and a new list when that is cut) was told, and in order. */
final class InformedObjects<T extends HasMetadata> implements ResourceEventHandler<T> {
  private final Map<String, Long> versions = new ConcurrentSkipListMap<>();
  private final Map<String, Long> deleted = new ConcurrentHashMap<>();
  private final AtomicInteger events = new AtomicInteger();
  private final Queue<String> disorder = new ConcurrentLinkedQueue<>();

  @Override
  public void onAdd(T object) {
    events.incrementAndGet();
    Long before = versions.put(name(object), version(object));
    if (before != null) {
      disorder.add(name(object) + " added twice, at " + before + " and " + version(object));
    }
  }

  @Override
  public void onUpdate(T before, T object) {
    events.incrementAndGet();
    Long known = versions.put(name(object), version(object));
    // the same one again is what a new list tells
    if (known == null || known > version(object)) {
      disorder.add(name(object) + " went from " + known + " to " + version(object));
    }
  }

  @Override
  public void onDelete(T object, boolean finalStateUnknown) {
    events.incrementAndGet();
    if (versions.remove(name(object)) == null) {
      disorder.add(name(object) + " deleted and was not there");
    }
    deleted.put(name(object), version(object));
  }

  static String name(HasMetadata object) {
    return object.getMetadata().getName();
  }

  static long version(HasMetadata object) {
    return Long.parseLong(object.getMetadata().getResourceVersion());
  }

  /** Resource versions by name of what is there now. */
  Map<String, Long> versions() {
    return Map.copyOf(versions);
  }

  /** How many were seen to go. */
  int deletions() {
    return deleted.size();
  }

  /** How many there are. */
  int size() {
    return versions.size();
  }

  /** Everything that an informer must never be told. */
  Queue<String> disorder() {
    return disorder;
  }
}
