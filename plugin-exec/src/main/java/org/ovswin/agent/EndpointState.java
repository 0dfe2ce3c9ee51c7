package org.ovswin.agent;

import java.time.Instant;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;

/** How far a pod's endpoint is. */
sealed interface EndpointState {
  /** Nothing is known or has been tried yet: the agent has just learned of the pod. */
  record Unknown() implements EndpointState {}

  /** A call to the operating system is under way. */
  record Busy() implements EndpointState {}

  /** It is as the specification says. */
  record Attached(Endpoint endpoint) implements EndpointState {}

  /**
   * A runtime adds the pod again: it may have made the sandbox anew, and nobody has noticed that
   * the endpoint went with the old one. What it was counts until it has been looked at.
   */
  record Unconfirmed(Attached was) implements EndpointState {}

  /** It could not be made or removed; the same is tried again at the given time. */
  record Failed(Step step, EndpointException.Reason reason, String message, Instant retryAt)
      implements EndpointState {}

  /** What was asked of the operating system. */
  enum Step {
    ATTACH,
    DETACH
  }

  /**
   * It went without being asked to. The switch has to let go of the old device before a new one of
   * the same name is made: a switch in user space would go on with the one that is gone.
   */
  record Lost() implements EndpointState {}

  /** It is not there any more. */
  record Detached() implements EndpointState {}
}
