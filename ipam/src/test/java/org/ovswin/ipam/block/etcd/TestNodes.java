package org.ovswin.ipam.block.etcd;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.NodeRecord;

/** Nodes that claim blocks in tests. */
final class TestNodes {
  private TestNodes() {}

  static NodeRecord node(String name, UUID owner) {
    return node(name, owner, "0.1.0");
  }

  static NodeRecord node(String name, UUID owner, String version) {
    return new NodeRecord(
        name,
        owner,
        List.of(IpAddress.parse("192.168.1.11")),
        MacAddress.parse("52:54:00:00:00:0b"),
        "linux",
        Optional.empty(),
        version,
        Instant.parse("2026-11-01T12:00:00Z"));
  }
}
