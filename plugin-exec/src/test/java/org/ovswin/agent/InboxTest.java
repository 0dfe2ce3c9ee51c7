package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.MacAddress;

final class InboxTest {
  private final Inbox inbox = new Inbox();

  private List<Event> take() throws InterruptedException {
    return inbox.take(Duration.ZERO);
  }

  @Test
  void take_all_inTheirOrder() throws Exception {
    Event up = new Event.SwitchUp();
    Event down = new Event.SwitchDown("gone");
    inbox.tell(up);
    inbox.tell(down);
    assertThat(take()).containsExactly(up, down);
    assertThat(take()).isEmpty();
  }

  @Test
  void databaseMoved_manyTimes_isOneEventUntilItIsTaken() throws Exception {
    for (int i = 0; i < 100_000; i++) {
      inbox.databaseMoved();
    }
    assertThat(take()).containsExactly(new Event.DatabaseMoved());
    inbox.databaseMoved();
    assertThat(take()).containsExactly(new Event.DatabaseMoved());
  }

  @Test
  void gatewayAnswered_flood_isOneEventWithTheLatest() throws Exception {
    for (int i = 0; i < 100_000; i++) {
      inbox.gatewayAnswered(Family.IPV4, new MacAddress(i));
    }
    assertThat(take())
        .containsExactly(new Event.GatewayAnswered(Family.IPV4, new MacAddress(99_999)));
    inbox.gatewayAnswered(Family.IPV4, new MacAddress(7));
    assertThat(take()).containsExactly(new Event.GatewayAnswered(Family.IPV4, new MacAddress(7)));
  }

  @Test
  void offer_beyondTheBound_isRefusedAndLeavesRoomForSteps() throws Exception {
    for (int i = 0; i < Inbox.MAX_REQUESTS; i++) {
      assertThat(inbox.offer(new Event.Look(new CompletableFuture<>()))).isTrue();
    }
    assertThat(inbox.offer(new Event.Look(new CompletableFuture<>()))).isFalse();
    inbox.tell(new Event.SwitchUp());
    assertThat(take()).hasSize(Inbox.MAX_REQUESTS + 1).endsWith(new Event.SwitchUp());
    assertThat(inbox.offer(new Event.Look(new CompletableFuture<>()))).isTrue();
  }

  @Test
  void close_takesNothingMoreIn_andKeepsWhatIsThere() {
    Event look = new Event.Look(new CompletableFuture<>());
    assertThat(inbox.offer(look)).isTrue();
    inbox.close();
    assertThat(inbox.isClosed()).isTrue();
    assertThat(inbox.offer(new Event.Look(new CompletableFuture<>()))).isFalse();
    inbox.tell(new Event.SwitchUp());
    assertThat(inbox.remaining()).containsExactly(look, new Event.DatabaseMoved());
  }
}
