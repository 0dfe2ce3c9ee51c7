package org.ovswin.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.HostInterfaces;
import org.ovswin.sandbox.HostNat;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what the way out of the node of an earlier life left, where the configuration has
 * another one now: the bridge with all its ports, so that the local port goes with its addresses
 * and routes, and then an uplink's address back to its adapter, or the host's rules and routes. The
 * pods' ports come back with the new bridge. Every step can be done again, so a life that is killed
 * in the middle is finished by the next.
 */
final class ExitChange {
  private static final Logger LOG = LoggerFactory.getLogger(ExitChange.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(20);

  private final AgentConfig config;
  private final ExitRecord record;
  private final ClaimedVswitch vswitch;
  private final HostInterfaces interfaces;

  ExitChange(AgentConfig config, ClaimedVswitch vswitch, HostInterfaces interfaces) {
    this.config = config;
    this.record = new ExitRecord(config.stateDirectory());
    this.vswitch = vswitch;
    this.interfaces = interfaces;
  }

  /** Opens the host's address translation, which only a gateway's life has used. */
  @FunctionalInterface
  interface Nat {
    HostNat open() throws EndpointException;
  }

  /**
   * Does all of it, and remembers today's way out for the next life.
   *
   * @throws AgentException it cannot be done now; says why
   */
  void settle(Nat nat) throws IOException, AgentException {
    Optional<AgentConfig.Exit> before = record.read();
    if (before.isPresent() && !isSame(before.get(), config.exit())) {
      LOG.info("the way out of the node changes: taking away what the last one left");
      try {
        removeBridge();
        switch (before.get()) {
          case AgentConfig.UplinkConfig uplink -> giveBack(uplink);
          case AgentConfig.GatewayConfig _ -> {
            nat.open().remove();
            interfaces.removeForwardingRoutes();
          }
        }
      } catch (EndpointException e) {
        throw new AgentException(
            "the last configuration's way out of the node cannot be taken away: " + e.getMessage());
      }
    }
    record.write(config.exit());
  }

  /** Which address a gateway has in the node's name concerns nothing that is left behind. */
  private static boolean isSame(AgentConfig.Exit before, AgentConfig.Exit now) {
    return switch (before) {
      case AgentConfig.GatewayConfig _ -> now instanceof AgentConfig.GatewayConfig;
      case AgentConfig.UplinkConfig uplink -> uplink.equals(now);
    };
  }

  private void removeBridge() throws AgentException, EndpointException {
    String bridge = config.openvswitch().bridge();
    awaitSwitch(
        () -> vswitch.snapshot().link() == VswitchSnapshot.Link.UP, "its database to answer");
    vswitch.requireOurs();
    try {
      vswitch
          .apply(List.of(new VswitchChange.DeleteBridge(bridge)))
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AgentException("bridge " + bridge + " cannot be deleted: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AgentException("interrupted while bridge " + bridge + " was deleted");
    }
    awaitSwitch(() -> interfaces.mac(bridge).isEmpty(), bridge + " to be gone");
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws EndpointException;
  }

  private static void awaitSwitch(Condition condition, String what)
      throws EndpointException, AgentException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AgentException(
            "the way out of the node is another one than in the last life, and Open vSwitch does"
                + " not take away the old one (expected: "
                + what
                + " within "
                + PATIENCE.toSeconds()
                + " s)");
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private void giveBack(AgentConfig.UplinkConfig uplink) throws EndpointException {
    OptionalInt mtu = interfaces.mtu(uplink.device());
    if (mtu.isEmpty()) {
      LOG.warn("{} is gone: its address {} goes nowhere", uplink.device(), uplink.address());
      return;
    }
    interfaces.release(uplink.device());
    List<InetPrefix> addresses = new ArrayList<>();
    List<Route> routes = new ArrayList<>();
    addresses.add(InetPrefix.parse(uplink.address() + "/" + uplink.prefixLength()));
    routes.add(
        new Route.Via(
            InetPrefix.DEFAULT_IPV4, InetPrefix.parseAddress(uplink.gateway().toString())));
    uplink
        .ipv6()
        .ifPresent(
            ipv6 -> {
              addresses.add(InetPrefix.parse(ipv6.address() + "/" + ipv6.prefixLength()));
              routes.add(ipv6.defaultRoute());
            });
    interfaces.converge(
        new HostInterfaceSpec(
            uplink.device(), mtu.getAsInt(), addresses, routes, Optional.empty()));
  }
}
