package org.ovswin.agent;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.HostInterfaces;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.Path;

/** The host's own interfaces: the bridge's local port is there while ovs-vswitchd runs. */
final class FakeHostInterfaces implements HostInterfaces {
  private final Machine machine;
  private int converges;
  private boolean farPeers;
  private int mtu = 1500;
  private Optional<HostInterfaceSpec> converged = Optional.empty();

  FakeHostInterfaces(Machine machine) {
    this.machine = machine;
  }

  int converges() {
    return converges;
  }

  /** From now on no peer is on a link of this node. */
  void farPeers() {
    farPeers = true;
  }

  /** From now on every link carries this many bytes. */
  void carry(int bytes) {
    mtu = bytes;
  }

  /** What the local port has. */
  HostInterfaceSpec converged() {
    return converged.orElseThrow();
  }

  @Override
  public Convergence converge(HostInterfaceSpec spec) throws EndpointException {
    converges++;
    if (!spec.name().equals(Cluster.BRIDGE)
        || (spec.addressesMoveFrom().isPresent()
            && !spec.addressesMoveFrom().equals(Optional.of(Cluster.UPLINK)))) {
      throw new AssertionError("not the local port: " + spec);
    }
    if (spec.forwarding().isPresent() && farPeers && !spec.forwarding().get().peers().isEmpty()) {
      throw new EndpointException(EndpointException.Reason.SYSTEM, "a peer is behind a router");
    }
    converged = Optional.of(spec);
    return machine.hasBridge()
        ? new Convergence.Converged(List.of())
        : new Convergence.Gone(spec.name());
  }

  @Override
  public Optional<MacAddress> mac(String name) {
    return name.equals(Cluster.UPLINK)
        ? Optional.of(MacAddress.parse(Cluster.UPLINK_MAC.toString()))
        : Optional.empty();
  }

  @Override
  public void removeForwardingRoutes() {}

  @Override
  public OptionalInt mtu(String name) {
    return OptionalInt.of(mtu);
  }

  @Override
  public void release(String name) {}

  @Override
  public Optional<Path> pathTo(InetAddress destination) {
    return Optional.empty();
  }
}
