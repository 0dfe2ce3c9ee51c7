package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether links speak IPv6 (ip-sysctl, {@code disable_ipv6}), in the namespace of the calling
 * thread: /proc/sys/net shows each thread its own.
 */
final class Ipv6 {
  private static final Path CONF = Path.of("/proc/sys/net/ipv6/conf");

  private Ipv6() {}

  /**
   * Switches IPv6 off; nothing to do where the kernel has none.
   *
   * @throws java.nio.file.NoSuchFileException if the link is gone
   */
  static void disable(String ifName) throws IOException {
    if (Files.isDirectory(CONF) && !isDisabled(ifName)) {
      Files.writeString(setting(ifName), "1\n");
    }
  }

  static boolean isDisabled(String ifName) throws IOException {
    return !Files.isDirectory(CONF) || Files.readString(setting(ifName)).strip().equals("1");
  }

  private static Path setting(String ifName) {
    return CONF.resolve(ifName).resolve("disable_ipv6");
  }
}
