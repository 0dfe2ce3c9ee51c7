package org.ovswin.lab;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A place that packets are sent from and to: a pod, a node, the outside world.
 *
 * @param name for messages
 * @param netns the file its network namespace is bound to
 * @param address its address in dotted form, or its IPv6 one
 */
public record Host(String name, Path netns, String address) {
  public Host {
    parse(address);
  }

  /** The same place at another of its addresses. */
  public Host at(String other) {
    return new Host(name, netns, other);
  }

  public InetAddress inetAddress() {
    return parse(address);
  }

  public InetSocketAddress socketAddress(int port) {
    return new InetSocketAddress(inetAddress(), port);
  }

  /** Of its address. */
  StandardProtocolFamily family() {
    return isIpv4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
  }

  /** What a server listens at that wants all addresses of the family. */
  InetSocketAddress anyAddress(int port) {
    return new InetSocketAddress(parse(isIpv4() ? "0.0.0.0" : "::"), port);
  }

  private boolean isIpv4() {
    return inetAddress() instanceof Inet4Address;
  }

  /** Never asks a name server: what is no address is refused. */
  static InetAddress parse(String address) {
    try {
      if (address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f]*:[0-9a-f:]+")) {
        return InetAddress.getByName(address);
      }
    } catch (UnknownHostException e) {
      throw refused(address, e);
    }
    throw refused(address, null);
  }

  private static IllegalArgumentException refused(String address, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "address: %s (expected: four numbers up to 255, or an IPv6 address)".formatted(address),
        cause);
  }

  @Override
  public String toString() {
    return name + " " + address;
  }
}
