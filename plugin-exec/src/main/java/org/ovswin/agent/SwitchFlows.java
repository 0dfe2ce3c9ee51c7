package org.ovswin.agent;

import java.util.Optional;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.Pipeline;

/**
 * What is known of the switch's flows, in terms of states: a map of them would be as large as the
 * cluster.
 *
 * @param known what the switch had when it answered last
 * @param coming the state that it is being brought to, of which it may have anything by now
 */
record SwitchFlows(Known known, Optional<NodeState> coming) {

  /** What the switch had when it answered last. */
  sealed interface Known {
    /** There is no session. */
    record Down(String reason) implements Known {}

    /** There is a session, and any flow may be there or not. */
    record Unsettled(String reason) implements Known {}

    /** All flows of the target's state are there, and of others none or some. */
    record Settled(FlowTarget target, Others others) implements Known {}
  }

  /** Flows of ours that the settled state does not ask for. */
  enum Others {
    NONE,
    /** Some that the target's removal did not allow to delete. */
    KEPT
  }

  boolean areDown() {
    return known instanceof Known.Down;
  }

  boolean areSettled() {
    return known instanceof Known.Settled;
  }

  /** Why they are not settled, where they are not. */
  Optional<String> problem() {
    return switch (known) {
      case Known.Down(String reason) -> Optional.of(reason);
      case Known.Unsettled(String reason) -> Optional.of(reason);
      case Known.Settled _ -> Optional.empty();
    };
  }

  /** Whether nothing is left to do for this target. */
  boolean are(FlowTarget target) {
    return coming.isEmpty()
        && known instanceof Known.Settled settled
        && settled.target().state().equals(target.state())
        && (settled.others() == Others.NONE || settled.target().equals(target));
  }

  /**
   * Whether the flows of the pod with this address are as this state asks and stay so, whatever the
   * switch has done of what is under way. A pod's flows lead through the node's: without those no
   * packet gets anywhere.
   */
  boolean work(NodeState state, IpAddress address) {
    Optional<Pod> pod =
        state.pods().stream().filter(one -> one.address().equals(address)).findAny();
    return pod.isPresent()
        && known instanceof Known.Settled settled
        && has(settled.target().state(), state, pod.get())
        && coming.filter(next -> !has(next, state, pod.get())).isEmpty();
  }

  private static boolean has(NodeState there, NodeState asked, Pod pod) {
    return there.hasSameNode(asked) && there.pods().contains(pod);
  }

  /** That there are no flows of the pod's with this address, and none is on its way. */
  boolean areWithout(IpAddress pod) {
    return known instanceof Known.Settled settled
        && (settled.others() == Others.NONE
            || settled.target().removal().allows(Pipeline.podCookie(pod)))
        && !hasPod(settled.target().state(), pod)
        && coming.filter(next -> hasPod(next, pod)).isEmpty();
  }

  private static boolean hasPod(NodeState state, IpAddress address) {
    return state.pods().stream().anyMatch(pod -> pod.address().equals(address));
  }
}
