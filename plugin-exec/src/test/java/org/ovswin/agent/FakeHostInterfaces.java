package org.ovswin.agent;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.HostInterfaces;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.Path;

/** The host's own interfaces: the bridge's local port is there while ovs-vswitchd runs. */
final class FakeHostInterfaces implements HostInterfaces {
  private final Machine machine;
  private int converges;

  FakeHostInterfaces(Machine machine) {
    this.machine = machine;
  }

  int converges() {
    return converges;
  }

  @Override
  public Convergence converge(HostInterfaceSpec spec) {
    converges++;
    if (!spec.name().equals(Cluster.BRIDGE)
        || !spec.addressesMoveFrom().equals(Optional.of(Cluster.UPLINK))) {
      throw new AssertionError("not the local port: " + spec);
    }
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
  public Optional<Path> pathTo(InetAddress destination) {
    return Optional.empty();
  }
}
