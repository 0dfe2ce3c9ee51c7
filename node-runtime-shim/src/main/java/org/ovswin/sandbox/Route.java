package org.ovswin.sandbox;

import java.net.InetAddress;

/** One route of an interface, in the main table. */
public sealed interface Route {
  /** Where to; 0.0.0.0/0 is the default route. Without host bits. */
  InetPrefix destination();

  /** Through a gateway that one of the interface's addresses reaches. */
  record Via(InetPrefix destination, InetAddress gateway) implements Route {
    public Via {
      requireDestination(destination);
    }

    @Override
    public String toString() {
      return destination + " via " + gateway.getHostAddress();
    }
  }

  /** Through a gateway that is on the link although no address of the interface says so. */
  record ViaOnLink(InetPrefix destination, InetAddress gateway) implements Route {
    public ViaOnLink {
      requireDestination(destination);
    }

    @Override
    public String toString() {
      return destination + " via " + gateway.getHostAddress() + " onlink";
    }
  }

  /** Directly on the link: each destination is asked for its own link-layer address. */
  record Direct(InetPrefix destination) implements Route {
    public Direct {
      requireDestination(destination);
    }

    @Override
    public String toString() {
      return destination + " scope link";
    }
  }

  private static void requireDestination(InetPrefix destination) {
    if (destination.hasHostBits()) {
      throw new IllegalArgumentException(
          "route destination: %s (expected: %s)".formatted(destination, destination.network()));
    }
  }
}
