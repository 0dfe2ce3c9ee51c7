package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Keeps the host's own stack away from a device that is a port of the switch (ip-sysctl), in the
 * namespace of the calling thread.
 *
 * <p>The kernel's openvswitch module takes a port's packets before the host's stack sees them. The
 * userspace datapath reads a copy (packet(7)), and the host would act on the original: answer a
 * ping twice, reset connections of pods whose replies it takes for its own, and let a pod that
 * sends to the device's MAC reach the host past every flow. Strict reverse-path filtering refuses
 * all of IPv4, because no route leads to such a device.
 */
final class HostStack {
  private static final Path CONF = Path.of("/proc/sys/net/ipv4/conf");

  /** Answers no ARP request that comes in by the device. */
  private static final String IGNORE_ALL = "8";

  private static final String STRICT = "1";
  private static final Map<String, String> SETTINGS =
      Map.of("rp_filter", STRICT, "arp_ignore", IGNORE_ALL);

  private HostStack() {}

  /**
   * Makes the host deaf on a device.
   *
   * @throws java.nio.file.NoSuchFileException if the device is gone
   */
  static void deafen(String ifName) throws IOException {
    for (Map.Entry<String, String> setting : SETTINGS.entrySet()) {
      Path file = CONF.resolve(ifName).resolve(setting.getKey());
      if (!Files.readString(file).strip().equals(setting.getValue())) {
        Files.writeString(file, setting.getValue() + "\n");
      }
    }
    Ipv6.disable(ifName);
  }

  /**
   * Undoes {@link #deafen}: the device is as a new one.
   *
   * @throws java.nio.file.NoSuchFileException if the device is gone
   */
  static void hear(String ifName) throws IOException {
    for (String setting : SETTINGS.keySet()) {
      Files.writeString(
          CONF.resolve(ifName).resolve(setting),
          Files.readString(CONF.resolve("default").resolve(setting)));
    }
    Ipv6.asNew(ifName);
  }

  static boolean isDeaf(String ifName) throws IOException {
    for (Map.Entry<String, String> setting : SETTINGS.entrySet()) {
      Path file = CONF.resolve(ifName).resolve(setting.getKey());
      if (!Files.readString(file).strip().equals(setting.getValue())) {
        return false;
      }
    }
    return Ipv6.isDisabled(ifName);
  }
}
