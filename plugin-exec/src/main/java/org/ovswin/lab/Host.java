package org.ovswin.lab;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;

/**
 * A place that packets are sent from and to: a pod, a node, the outside world.
 *
 * @param name for messages
 * @param netns the file its network namespace is bound to
 * @param address its IPv4 address in dotted form
 */
public record Host(String name, Path netns, String address) {
  public Host {
    parse(address);
  }

  public Inet4Address inetAddress() {
    return parse(address);
  }

  public InetSocketAddress socketAddress(int port) {
    return new InetSocketAddress(inetAddress(), port);
  }

  /** Never asks a name server: what is not four numbers is refused. */
  static Inet4Address parse(String address) {
    try {
      if (address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")
          && InetAddress.getByName(address) instanceof Inet4Address parsed) {
        return parsed;
      }
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "address: %s (expected: four numbers up to 255)".formatted(address), e);
    }
    throw new IllegalArgumentException(
        "address: %s (expected: four numbers up to 255)".formatted(address));
  }

  @Override
  public String toString() {
    return name + " " + address;
  }
}
