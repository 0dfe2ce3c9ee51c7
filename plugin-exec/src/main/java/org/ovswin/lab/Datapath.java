package org.ovswin.lab;

/** Where the switches of a lab forward packets. */
enum Datapath {
  /** In ovs-vswitchd: works on any kernel. */
  NETDEV,
  /** In the kernel's openvswitch module, which has one datapath for each network namespace. */
  SYSTEM;

  private static final String PROPERTY = "ovswin.datapath";

  /**
   * As the system property {@value #PROPERTY} says: {@code netdev}, which is the default, or {@code
   * system}.
   */
  static Datapath wanted() {
    String text = System.getProperty(PROPERTY, "netdev");
    return switch (text) {
      case "netdev" -> NETDEV;
      case "system" -> SYSTEM;
      default ->
          throw new LabException("%s: %s (expected: netdev or system)".formatted(PROPERTY, text));
    };
  }

  /** The bridge's {@code datapath_type} of ovs-vswitchd.conf.db(5). */
  String type() {
    return switch (this) {
      case NETDEV -> "netdev";
      case SYSTEM -> "system";
    };
  }
}
