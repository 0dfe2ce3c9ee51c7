package org.ovswin.agent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ovswin.sandbox.HostInterfaces;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the node's own address or what its path carries is not any more as the agent found
 * it at its start. Peers were told that address, and pods have that MTU: nothing is changed under
 * them, but whoever runs the node is told what to do. On a thread of its own.
 */
final class LinkWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LinkWatch.class);
  private static final Duration INTERVAL = Duration.ofSeconds(15);

  private final AgentConfig config;
  private final NodeLink link;
  private final HostInterfaces interfaces;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Optional<String> problem = Optional.empty();

  LinkWatch(AgentConfig config, NodeLink link, HostInterfaces interfaces) {
    this.config = config;
    this.link = link;
    this.interfaces = interfaces;
  }

  void start() {
    Thread.ofPlatform().daemon().name("link-watch").start(this::run);
  }

  private void run() {
    try {
      while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What differs from the start, and what to do about it. */
  Optional<String> problem() {
    return problem;
  }

  /** Looks once, and tells what is new. */
  void look() {
    Optional<String> now = difference();
    if (!now.equals(problem)) {
      now.ifPresentOrElse(
          what -> LOG.warn("{}", what), () -> LOG.info("the node's link is as at the start again"));
      problem = now;
    }
  }

  private Optional<String> difference() {
    NodeLink now;
    try {
      now = NodeLink.find(config, interfaces);
    } catch (AgentException | RuntimeException e) {
      return Optional.of("the node's link is not as at the agent's start: " + e.getMessage());
    }
    List<String> differences = new ArrayList<>();
    if (!now.addresses().equals(link.addresses())) {
      differences.add("address " + now.addresses() + ", was " + link.addresses());
    }
    if (!now.mac().equals(link.mac())) {
      differences.add("MAC " + now.mac() + ", was " + link.mac());
    }
    if (now.mtu() != link.mtu()) {
      differences.add("MTU " + now.mtu() + ", was " + link.mtu());
    }
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the node has another %s at the agent's start: restart the agent, which takes it up;"
                    .formatted(String.join("; ", differences))
                + " pods go on meanwhile");
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
