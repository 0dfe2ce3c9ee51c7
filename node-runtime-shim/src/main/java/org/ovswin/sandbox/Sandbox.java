package org.ovswin.sandbox;

/**
 * A place of its own for a pod's network.
 *
 * @param name as given to {@link Sandboxes#create}
 * @param netns its network namespace as CNI_NETNS names it: on Linux a path
 */
public record Sandbox(String name, String netns) {}
