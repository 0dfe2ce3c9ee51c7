package org.ovswin.agent;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.ovswin.ovsdb.vswitch.PortOutcome;
import org.ovswin.ovsdb.vswitch.Vswitch;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;

/**
 * A switch as long as its bridge is ours: as soon as it is another agent's, nothing is known of it
 * any more, so that nothing follows.
 */
final class ClaimedVswitch implements Vswitch {
  /** The start waits so long for the database, which is local, and goes on without it. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration POLL = Duration.ofMillis(5);

  private final Vswitch vswitch;
  private final BridgeClaim claim;

  ClaimedVswitch(Vswitch vswitch, BridgeClaim claim) {
    this.vswitch = vswitch;
    this.claim = claim;
  }

  /**
   * Looks at the bridge before anything is done to it. Where the database does not answer, that is
   * looked at when it does.
   *
   * @throws AgentException it is another agent's
   */
  void requireOurs() throws AgentException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (vswitch.snapshot().link() != VswitchSnapshot.Link.UP && System.nanoTime() < end) {
      LockSupport.parkNanos(POLL.toNanos());
    }
    var obstacle = claim.obstacle(vswitch.snapshot());
    if (obstacle.isPresent()) {
      throw new AgentException(obstacle.get());
    }
  }

  @Override
  public VswitchSnapshot snapshot() {
    VswitchSnapshot snapshot = vswitch.snapshot();
    return claim.obstacle(snapshot).isEmpty() ? snapshot : VswitchSnapshot.NOTHING;
  }

  @Override
  public CompletableFuture<Void> apply(List<VswitchChange> changes) {
    return vswitch.apply(claim.marked(changes));
  }

  @Override
  public CompletableFuture<Map<String, PortOutcome>> awaitPorts(
      Collection<String> names, Duration deadline) {
    return vswitch.awaitPorts(names, deadline);
  }

  @Override
  public void close() {
    vswitch.close();
  }
}
