package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ovswin.agent.admin.Holder;
import org.ovswin.ipam.address.IpAddress;

/** Who has an address, in text and in JSON. */
final class Holders {
  private Holders() {}

  static String addresses(Holder holder) {
    return joined(holder.addresses());
  }

  static String joined(List<IpAddress> addresses) {
    return String.join(",", addresses.stream().map(IpAddress::toString).toList());
  }

  /** With the keys that {@code ipam show --leases} has. */
  static void put(Holder holder, ObjectNode entry) {
    ArrayNode addresses = entry.putArray("addresses");
    holder.addresses().forEach(address -> addresses.add(address.toString()));
    entry.put("network", holder.network());
    holder.podNamespace().ifPresent(value -> entry.put("podNamespace", value));
    holder.podName().ifPresent(value -> entry.put("podName", value));
    entry.put("containerId", holder.containerId());
    entry.put("ifName", holder.ifName());
    entry.put("since", holder.since().toString());
  }
}
