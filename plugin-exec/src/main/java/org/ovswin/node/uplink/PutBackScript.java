package org.ovswin.node.uplink;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The way back, as a script of its own, so that it needs nothing of ours: a watchdog runs it when
 * we are gone, and so can an administrator. It may be run again, also after it was killed in the
 * middle; it says on standard output what it changes. Values come from {@link TakeoverRequest},
 * which takes no character that a shell would act on, and from ip(8).
 */
final class PutBackScript {
  private PutBackScript() {}

  static String of(TakeoverRequest request, AdapterSnapshot snapshot) {
    List<String> lines = new ArrayList<>();
    lines.add(
        HEAD.replace("$DEVICE", request.device())
            .replace("$BRIDGE", request.bridge())
            .replace("$DATABASE", request.databaseSocket().toString()));
    if (!request.stopAgent().isEmpty()) {
      lines.add("try " + quoted(request.stopAgent()));
    }
    lines.add("leave_bridge");
    snapshot.settings().forEach((file, value) -> lines.add("setting %s %s".formatted(file, value)));
    lines.add("mtu " + snapshot.adapter().mtu());
    // A switch that was killed left it as it needed it.
    lines.add("try ip link set dev \"$device\" up promisc %s".formatted(snapshot.promiscuity()));
    addAddresses(lines, snapshot.addresses());
    lines.add("clear_bridge " + String.join(" ", snapshot.addresses().keySet()));
    for (String routes : snapshot.routes().keySet()) {
      lines.add("routes %s".formatted(routes));
    }
    snapshot
        .linkDns()
        .forEach(
            (what, words) -> lines.add("try resolvectl %s \"$device\" %s".formatted(what, words)));
    if (!snapshot.linkDns().isEmpty()) {
      lines.add("quietly resolvectl revert \"$bridge\"");
    }
    lines.add(TAIL);
    return String.join("\n", lines) + "\n";
  }

  private static void addAddresses(List<String> lines, Map<String, String> addresses) {
    List<String> ipv4 =
        addresses.entrySet().stream()
            .filter(a -> !a.getKey().contains(":"))
            .map(Map.Entry::getValue)
            .toList();
    // Which address is the first decides which one the kernel sends from: all, in their order.
    lines.add("if [ \"$(ip -4 -o addr show dev \"$device\")\" != \"$(cat ipv4)\" ]; then");
    lines.add("  ip -4 addr flush dev \"$device\"");
    for (String address : ipv4) {
      lines.add("  address " + address);
    }
    lines.add("fi");
    for (Map.Entry<String, String> address : addresses.entrySet()) {
      if (address.getKey().contains(":")) {
        lines.add("address6 %s %s".formatted(address.getKey(), address.getValue()));
      }
    }
  }

  private static String quoted(List<String> words) {
    return String.join(" ", words.stream().map(word -> "'" + word + "'").toList());
  }

  private static final String HEAD =
      """
      #!/bin/sh
      # Puts $DEVICE back to what it was before it became a port of the bridge $BRIDGE.
      # May be run by hand, and again. Says what it changes; fails if something is left to do.
      cd "$(dirname "$0")" || exit 1
      exec 9>lock && flock 9
      device=$DEVICE
      bridge=$BRIDGE
      database=$DATABASE
      failed=0
      say() { echo "$device $*"; }
      try() { "$@" 9>&- || { failed=1; echo "failed: $*" >&2; }; }
      quietly() { "$@" >/dev/null 2>&1 9>&- || :; }
      vsctl() { timeout 10 ovs-vsctl --db="unix:$database" "$@" 9>&-; }
      leave_bridge() {
        # Without waiting where ovs-vswitchd does not run: it has let go of the device then, but
        # for the kernel's datapath, which keeps it.
        if ! vsctl --timeout=3 --if-exists del-port "$bridge" "$device" 2>/dev/null; then
          try vsctl --timeout=3 --no-wait --if-exists del-port "$bridge" "$device"
          quietly ovs-dpctl del-if ovs-system "$device"
        fi
        say "out of bridge $bridge"
      }
      setting() {
        [ -e "$1" ] && [ "$(cat "$1")" != "$2" ] || return 0
        echo "$2" >"$1" || failed=1
        say "$(basename "$1") $2"
      }
      mtu() {
        [ "$(cat "/sys/class/net/$device/mtu")" != "$1" ] || return 0
        try ip link set dev "$device" mtu "$1"
        say "mtu $1"
      }
      address() {
        try ip addr add "$@"
        say "address $1"
      }
      address6() {
        ip -6 -o addr show dev "$device" | grep -qF " $1 " && return 0
        shift
        address "$@"
      }
      # What the agent gave the bridge's local port instead.
      clear_bridge() {
        for one; do
          quietly ip addr del "$one" dev "$bridge"
        done
        quietly ip -4 route flush table main dev "$bridge" proto static
        quietly ip -6 route flush table main dev "$bridge" proto static
      }
      routes() {
        try ip "-${1%%.*}" route restore <"routes.$1"
        say "routes of table ${1#*.}, IPv${1%%.*}"
      }
      """;

  private static final String TAIL =
      """
      if [ -e resolv.conf ] && ! cmp -s resolv.conf /etc/resolv.conf; then
        cat resolv.conf >/etc/resolv.conf || failed=1
        say "resolv.conf"
      fi
      [ "$failed" = 0 ] && : >done
      exit "$failed\"\
      """;
}
