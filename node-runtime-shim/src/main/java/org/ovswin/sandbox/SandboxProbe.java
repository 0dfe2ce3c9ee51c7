package org.ovswin.sandbox;

import java.util.OptionalLong;

/** Whether sandboxes that endpoints were made in are still there. Blocking; safe for any thread. */
@FunctionalInterface
public interface SandboxProbe {
  /**
   * Looks at what is at a sandbox's path at this moment.
   *
   * @param sandbox as in {@link EndpointSpec#sandbox}
   */
  Life look(String sandbox);

  /** What was found. */
  sealed interface Life {
    /**
     * There is a sandbox.
     *
     * @param identity tells it from every other one since the machine was started, also from one at
     *     the same path; empty where the system has no such number
     */
    record There(OptionalLong identity) implements Life {}

    /** There is nothing at the path, or something that no pod can be in. */
    record Gone() implements Life {}

    /**
     * It cannot be told: a mount that is not to be seen from here, for example.
     *
     * @param reason in words
     */
    record Unclear(String reason) implements Life {}
  }
}
