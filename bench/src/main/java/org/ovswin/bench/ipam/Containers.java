package org.ovswin.bench.ipam;

/** Containers' ids, as long as those of container runtimes. */
final class Containers {
  static final String INTERFACE = "eth0";

  private Containers() {}

  /** The n-th container of a series; the series are apart. */
  static String id(String series, long n) {
    return "%08x%056x".formatted(series.hashCode(), n);
  }

  /** What CNI_NETNS would be. */
  static String sandbox(String containerId) {
    String digits = containerId.substring(containerId.length() - 12);
    return "/var/run/netns/cni-5f0c2a7e-91d4-4b6b-8f0e-" + digits;
  }
}
