package org.ovswin.node.uplink;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.Route;
import org.ovswin.sandbox.linux.LinuxHostInterfaces;

/**
 * Takes an adapter over as `up` and the agent do it, in a process of its own that can be killed:
 * says at which point it is, and goes on for each octet on its standard input.
 */
final class TakeoverCaller {
  static final String DEVICE = "eth9";
  static final String BRIDGE = "br9";

  private TakeoverCaller() {}

  /** Where it can be killed. */
  enum Point {
    BEGUN,
    PORT_ADDED,
    ADDRESS_MOVED,
    VERIFIED
  }

  public static void main(String[] args) throws Exception {
    TakeoverRequest request =
        TakeoverRequest.of(
            DEVICE,
            Path.of(args[0]),
            BRIDGE,
            Path.of(args[1]),
            List.of("touch", args[0] + ".stopped"));
    UplinkTakeover takeover = UplinkTakeover.begin(request);
    pauseAt(Point.BEGUN);
    addPort(request);
    pauseAt(Point.PORT_ADDED);
    moveAddress(takeover.adapter());
    pauseAt(Point.ADDRESS_MOVED);
    takeover.verify();
    pauseAt(Point.VERIFIED);
    takeover.commit();
  }

  private static void pauseAt(Point point) throws IOException {
    System.out.println(point);
    System.out.flush();
    if (System.in.read() < 0) {
      Runtime.getRuntime().halt(1);
    }
  }

  /** As the agent does. */
  static void addPort(TakeoverRequest request) throws TakeoverException {
    Commands.text(
        "ovs-vsctl",
        "--db=unix:" + request.databaseSocket(),
        "--timeout=20",
        "add-port",
        BRIDGE,
        DEVICE);
  }

  /** As the agent does, in the namespace of the calling thread. */
  static void moveAddress(Adapter adapter) throws IOException {
    new LinuxHostInterfaces()
        .converge(
            new HostInterfaceSpec(
                BRIDGE,
                adapter.mtu(),
                List.of(adapter.address()),
                List.of(new Route.Via(InetPrefix.DEFAULT_IPV4, adapter.gateway())),
                Optional.of(DEVICE)));
  }
}
