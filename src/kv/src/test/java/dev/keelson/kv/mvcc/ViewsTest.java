package dev.keelson.kv.mvcc;

import static dev.keelson.kv.Requests.bytes;
import static dev.keelson.kv.Requests.entry;
import static dev.keelson.kv.Requests.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.kv.Machine;
import org.junit.jupiter.api.Test;

/** Views stay frozen for as long as somebody holds them, and no longer. */
class ViewsTest {
  private final Machine machine = new Machine();
  private final Views views = machine.state().store().views();

  private static boolean has(View view, String key) {
    return new ViewRows(view).get(bytes(key).toByteArray()) != null;
  }

  @Test
  void aViewShowsNothingThatCameAfterIt() {
    machine.put("a", "1");
    try (View before = views.acquire()) {
      machine.applyOnly(entry(put("b", "1")));
      try (View still = views.acquire()) {
        assertThat(still).as("not committed yet").isSameAs(before);
      }
      machine.commit();
      assertThat(has(before, "b")).isFalse();
      assertThat(before.revision()).isEqualTo(2);
      try (View after = views.acquire()) {
        assertThat(has(after, "b")).isTrue();
        assertThat(after.revision()).isEqualTo(3);
      }
    }
  }

  @Test
  void aViewIsReleasedByItsLastUserOnce() {
    View view = views.acquire();
    machine.put("a", "1");
    view.close();
    assertThat(view.retain()).isFalse();
    assertThatThrownBy(view::close).hasMessageContaining("closed too often");
  }

  @Test
  void aPagedViewIsFoundByItsRevisionUntilItIsIdleForTooLong() {
    machine.put("a", "1");
    try (View view = views.acquire()) {
      views.keepForPaging(view);
      views.keepForPaging(view);
    }
    machine.put("b", "1");
    for (int i = 0; i < 5; i++) {
      views.expirePaged(1);
      View page = views.acquireAt(2);
      assertThat(page).isNotNull();
      if (page != null) {
        assertThat(has(page, "b")).isFalse();
        page.close();
      }
    }
    views.expirePaged(1);
    views.expirePaged(1);
    assertThat(views.acquireAt(2)).isNull();
  }

  @Test
  void onlyTheLastPagedViewsAreKept() {
    for (int i = 0; i < 20; i++) {
      machine.put("a", "1");
      try (View view = views.acquire()) {
        views.keepForPaging(view);
      }
    }
    assertThat(views.acquireAt(2)).isNull();
    try (View newest = views.acquireAt(21)) {
      assertThat(newest).isNotNull();
    }
  }

  @Test
  void aClosedStoreHandsOutNoViews() {
    machine.close();
    assertThatThrownBy(views::acquire).isInstanceOf(IllegalStateException.class);
  }
}
