package org.ovswin.pipeline.verdict;

import java.util.List;
import java.util.regex.Pattern;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.verdict.Packet.Ipv4;

/**
 * What {@code ofproto/trace} says. It has a section for each pass through the datapath; the last
 * one tells what became of the packet.
 */
record Trace(String text) {
  private static final Pattern FLOW = Pattern.compile("(?m)^(?:Final f|F)low: (?!unchanged)(.*)$");
  private static final Pattern ACTIONS = Pattern.compile("(?m)^Datapath actions: (.*)$");
  private static final Pattern PORT = Pattern.compile("-> output port is ([0-9]+)");

  /** OFPP_LOCAL in 16 bits, as the trace shows it. */
  private static final int LOCAL = 0xfffe;

  /** The datapath's actions, one string for each pass. */
  List<String> actions() {
    return all(ACTIONS);
  }

  /** What became of {@code packet}, in its addresses and time to live. */
  Verdict verdict(Packet packet) {
    List<String> ports = all(PORT);
    // A packet whose time to live is over has an action, but no output.
    if (actions().getLast().equals("drop") || ports.isEmpty()) {
      return Verdict.dropped("traced");
    }
    String flow = all(FLOW).getLast() + ",";
    Ipv4 ip = (Ipv4) packet.content();
    Ipv4 traced =
        new Ipv4(
            Ipv4Address.parse(field(flow, "nw_src")),
            Ipv4Address.parse(field(flow, "nw_dst")),
            Integer.parseInt(field(flow, "nw_ttl")),
            ip.transport());
    int port = Integer.parseInt(ports.getLast());
    return Verdict.sent(
        port == LOCAL ? PortNo.LOCAL : port,
        packet
            .withEth(
                MacAddress.parse(field(flow, "dl_src")), MacAddress.parse(field(flow, "dl_dst")))
            .with(traced));
  }

  private static String field(String flow, String name) {
    int start = flow.indexOf("," + name + "=") + name.length() + 2;
    return flow.substring(start, flow.indexOf(',', start));
  }

  private List<String> all(Pattern pattern) {
    return pattern.matcher(text).results().map(match -> match.group(1)).toList();
  }
}
