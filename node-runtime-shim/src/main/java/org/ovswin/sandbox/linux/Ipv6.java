package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Whether links speak IPv6, and to whom they listen (ip-sysctl), in the namespace of the calling
 * thread: /proc/sys/net shows each thread its own.
 */
final class Ipv6 {
  private static final Path CONF = Path.of("/proc/sys/net/ipv6/conf");
  private static final String SWITCH = "disable_ipv6";
  private static final String OFF = "1";
  private static final String ON = "0";

  /** Addresses and routes come from us alone: a router that advertises itself is not heard. */
  private static final Map<String, String> WITHOUT_ROUTERS =
      Map.of("accept_ra", "0", "autoconf", "0");

  private Ipv6() {}

  /** What a link does with IPv6. */
  enum Use {
    OFF("off"),
    WITHOUT_ROUTERS("on"),
    WITH_ROUTERS("on, listening to routers");

    private final String text;

    Use(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /**
   * Switches IPv6 off; nothing to do where the kernel has none.
   *
   * @throws java.nio.file.NoSuchFileException if the link is gone
   */
  static void disable(String ifName) throws IOException {
    if (Files.isDirectory(CONF)) {
      write(ifName, SWITCH, OFF);
    }
  }

  /**
   * Switches IPv6 on, and off what a router's advertisement would change (RFC 4861, 6.3.4).
   *
   * @throws java.nio.file.NoSuchFileException if the link is gone
   * @throws IOException if the kernel has no IPv6
   */
  static void enableWithoutRouters(String ifName) throws IOException {
    if (!Files.isDirectory(CONF)) {
      throw new IOException(
          ifName + ": the kernel has no IPv6 (expected: one started without ipv6.disable=1)");
    }
    for (Map.Entry<String, String> setting : WITHOUT_ROUTERS.entrySet()) {
      write(ifName, setting.getKey(), setting.getValue());
    }
    write(ifName, SWITCH, ON);
  }

  /**
   * Switches IPv6 on, and leaves alone whether routers are listened to.
   *
   * @throws java.nio.file.NoSuchFileException if the link is gone, or the kernel has no IPv6
   */
  static void enable(String ifName) throws IOException {
    write(ifName, SWITCH, ON);
  }

  /**
   * On or off, as links are that nobody has touched.
   *
   * @throws java.nio.file.NoSuchFileException if the link is gone
   */
  static void asNew(String ifName) throws IOException {
    if (Files.isDirectory(CONF)) {
      write(ifName, SWITCH, read("default", SWITCH));
    }
  }

  static boolean isDisabled(String ifName) throws IOException {
    return use(ifName) == Use.OFF;
  }

  static Use use(String ifName) throws IOException {
    if (!Files.isDirectory(CONF) || read(ifName, SWITCH).equals(OFF)) {
      return Use.OFF;
    }
    for (Map.Entry<String, String> setting : WITHOUT_ROUTERS.entrySet()) {
      if (!read(ifName, setting.getKey()).equals(setting.getValue())) {
        return Use.WITH_ROUTERS;
      }
    }
    return Use.WITHOUT_ROUTERS;
  }

  private static void write(String ifName, String setting, String value) throws IOException {
    if (!read(ifName, setting).equals(value)) {
      Files.writeString(CONF.resolve(ifName).resolve(setting), value + "\n");
    }
  }

  private static String read(String ifName, String setting) throws IOException {
    return Files.readString(CONF.resolve(ifName).resolve(setting)).strip();
  }
}
