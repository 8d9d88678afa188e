package dev.keelson.kv.mvcc;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Hands out views: the current one, and a few older ones that a client is paging through. A page at
 * revision R answered from the view taken at R is a plain scan; without it, it must merge the
 * history of every key in the range.
 */
public final class Views {
  private static final int PAGED_MAX = 16;

  private final ArrayDeque<Paged> paged = new ArrayDeque<>();
  private volatile @Nullable View current;

  private static final class Paged {
    final View view;
    int idleTicks;

    Paged(View view) {
      this.view = view;
    }
  }

  /** The view after the newest apply batch. Close it. */
  public View acquire() {
    while (true) {
      View view = current;
      if (view == null) {
        throw new IllegalStateException("the store is closed");
      }
      if (view.retain()) {
        return view;
      }
    }
  }

  /** A view whose newest revision is exactly {@code revision}, if one is at hand. Close it. */
  public @Nullable View acquireAt(long revision) {
    synchronized (paged) {
      for (Paged each : paged) {
        if (each.view.revision() == revision) {
          each.idleTicks = 0;
          return each.view.retain() ? each.view : null;
        }
      }
    }
    return null;
  }

  /** Keeps the view for a while because its reader will probably come back for the next page. */
  public void keepForPaging(View view) {
    View evicted = null;
    synchronized (paged) {
      for (Paged each : paged) {
        if (each.view.revision() == view.revision()) {
          each.idleTicks = 0;
          return;
        }
      }
      if (view.retain()) {
        paged.addLast(new Paged(view));
      }
      if (paged.size() > PAGED_MAX) {
        evicted = paged.removeFirst().view;
      }
    }
    if (evicted != null) {
      evicted.close();
    }
  }

  /** Lets go of views nobody has paged through for {@code idleTicksMax} calls of this method. */
  public void expirePaged(int idleTicksMax) {
    synchronized (paged) {
      for (Iterator<Paged> each = paged.iterator(); each.hasNext(); ) {
        Paged next = each.next();
        if (++next.idleTicks > idleTicksMax) {
          each.remove();
          next.view.close();
        }
      }
    }
  }

  /** Reads of the current view and of those kept for paging that are running. */
  public int readers() {
    View view = current;
    int readers = view == null ? 0 : view.readers();
    synchronized (paged) {
      for (Paged each : paged) {
        readers += each.view == view ? 0 : each.view.readers();
      }
    }
    return readers;
  }

  /** Replaces the current view; called by the apply thread. */
  void publish(View view) {
    View old = current;
    current = view;
    if (old != null) {
      old.close();
    }
  }

  /** Lets go of all views that are kept for paging. */
  void forgetPaged() {
    expirePaged(-1);
  }

  /** Drops all views held here; readers that hold one keep it until they close it. */
  void close() {
    forgetPaged();
    View old = current;
    current = null;
    if (old != null) {
      old.close();
    }
  }
}
