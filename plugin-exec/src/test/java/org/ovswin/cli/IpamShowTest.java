package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.file.FileBlockStore;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ipam.lease.LeaseRequest;
import org.ovswin.ipam.lease.Stickiness;

/** {@code ovs-win ipam show} on directories as agents leave them. */
final class IpamShowTest {
  private static final InstantSource CLOCK = () -> Instant.parse("2026-01-02T03:04:05.678Z");
  private static final ClusterRange RANGE = new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24);
  private static final String CONTAINER = "0123456789abcdef0123456789abcdef";

  @TempDir private Path directory;
  private Path config;

  @BeforeEach
  void writeConfig() throws IOException {
    config = config("node1", "192.0.2.11");
  }

  private Path config(String node, String address) throws IOException {
    Path file = directory.resolve(node + ".yaml");
    Files.writeString(
        file,
        """
        node: %s
        cluster: {cidr: 10.244.0.0/16, store: {file: "%s"}}
        stateDirectory: "%s"
        socketDirectory: /run/ovs-win
        openvswitch: {}
        uplink: {device: eth0, address: %s/24, gateway: 192.0.2.1}
        """
            .formatted(node, store(), directory.resolve(node), address));
    return file;
  }

  private Path store() {
    return directory.resolve("store");
  }

  private void claim(int node) throws Exception {
    StoreOptions options = new StoreOptions(ClusterRanges.of(RANGE), Duration.ZERO, CLOCK);
    try (BlockStore blocks = FileBlockStore.open(store(), options)) {
      NodeRecord record =
          new NodeRecord(
              "node" + node,
              new UUID(0, node),
              List.of(IpAddress.parse("192.0.2." + (10 + node))),
              MacAddress.parse("02:00:00:00:00:%02x".formatted(node)),
              node == 3 ? "windows" : "linux",
              Optional.empty(),
              "0.1.0",
              CLOCK.instant());
      var _ = blocks.register(record);
      var _ = blocks.claim(record.node(), record.owner(), Family.IPV4, 1);
    }
  }

  /** Two leases of node1, one of them on its way out. */
  private void lease() throws IOException {
    IpPrefix block = IpPrefix.parse("10.244.0.0/24");
    try (LeaseDatabase leases =
        LeaseDatabase.open(directory.resolve("node1").resolve("leases"), LeaseOptions.of(CLOCK))) {
      leases.addBlock(block);
      var _ = leases.allocate(request(CONTAINER, Optional.of("web")));
      var _ = leases.allocate(request("short", Optional.empty()));
      var _ = leases.withdraw(new Attachment("short", "eth0"));
      leases.sync();
    }
  }

  private static LeaseRequest request(String container, Optional<String> pod) {
    return new LeaseRequest(
        new Attachment(container, "eth0"),
        "net",
        pod.map(_ -> "default"),
        pod,
        "boot",
        "{}",
        Set.of(Family.IPV4),
        List.of(),
        Stickiness.NONE);
  }

  private Invocation show(String... more) {
    List<String> words =
        new java.util.ArrayList<>(List.of("ipam", "show", "--config", config.toString()));
    words.addAll(List.of(more));
    return Invocation.of(words.toArray(String[]::new));
  }

  @Test
  void text_ofACluster_isTheGoldenTables() throws Exception {
    claim(1);
    claim(2);
    claim(3);
    lease();

    Invocation shown = show();

    assertThat(shown.err()).isEmpty();
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out())
        .isEqualToIgnoringNewLines(
            """
            cluster 10.244.0.0/16 in blocks of /24: 3 of 256 blocks claimed (store %s)

            NODE   BLOCK          ADDRESS     OS       USED  FREE  SINCE
            node1  10.244.0.0/24  192.0.2.11  linux    2     251   2026-01-02T03:04:05Z
            node2  10.244.1.0/24  192.0.2.12  linux    -     -     2026-01-02T03:04:05Z
            node3  10.244.2.0/24  192.0.2.13  windows  -     -     2026-01-02T03:04:05Z

            LEASE       NODE   POD          CONTAINER     INTERFACE  STATE  SINCE
            10.244.0.2  node1  default/web  0123456789ab  eth0       held   2026-01-02T03:04:05Z
            10.244.0.3  node1  -            short         eth0       going  2026-01-02T03:04:05Z
            """
                .formatted(store()));
  }

  @Test
  void json_ofACluster_hasEveryField() throws Exception {
    claim(1);
    claim(2);
    lease();

    Invocation shown = show("--output", "json");

    assertThat(shown.exitCode()).isZero();
    JsonNode root = new ObjectMapper().readTree(shown.out());
    assertThat(root)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {
                      "cluster": {
                        "store": "%s",
                        "ranges": [
                          {"cidr": "10.244.0.0/16", "blockPrefixLength": 24, "blocks": 256}
                        ],
                        "claimed": 2
                      },
                      "nodes": [
                        {
                          "node": "node1",
                          "blocks": ["10.244.0.0/24"],
                          "address": "192.0.2.11",
                          "mac": "02:00:00:00:00:01",
                          "os": "linux",
                          "version": "0.1.0",
                          "joinedAt": "2026-01-02T03:04:05.678Z",
                          "used": 2,
                          "free": 251,
                          "leases": [
                            {
                              "address": "10.244.0.2",
                              "state": "held",
                              "network": "net",
                              "podNamespace": "default",
                              "podName": "web",
                              "containerId": "0123456789abcdef0123456789abcdef",
                              "ifName": "eth0",
                              "since": "2026-01-02T03:04:05.678Z",
                              "bootId": "boot"
                            },
                            {
                              "address": "10.244.0.3",
                              "state": "going",
                              "network": "net",
                              "containerId": "short",
                              "ifName": "eth0",
                              "since": "2026-01-02T03:04:05.678Z",
                              "bootId": "boot"
                            }
                          ]
                        },
                        {
                          "node": "node2",
                          "blocks": ["10.244.1.0/24"],
                          "address": "192.0.2.12",
                          "mac": "02:00:00:00:00:02",
                          "os": "linux",
                          "version": "0.1.0",
                          "joinedAt": "2026-01-02T03:04:05.678Z"
                        }
                      ],
                      "unreadable": []
                    }
                    """
                        .formatted(store())));
  }

  @Test
  void claimedAndNoLeases_saysSo() throws Exception {
    claim(1);
    assertThat(show().out()).contains("node1").contains("no leases");
  }

  @Test
  void nothingClaimed_saysSoAndMakesNothing() {
    Invocation shown = show();
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out())
        .contains("no node has claimed a block yet")
        .contains(store().toString());
    assertThat(store()).doesNotExist();
    assertThat(directory.resolve("node1")).doesNotExist();
  }

  @Test
  void unreadableRecord_isShownAndFails() throws Exception {
    claim(1);
    Files.writeString(store().resolve("blocks").resolve("10.244.7.0_24.json"), "garbage");

    Invocation text = show();
    assertThat(text.exitCode()).isEqualTo(1);
    assertThat(text.out()).contains("node1").contains("unreadable: blocks/10.244.7.0_24.json");

    Invocation json = show("-o", "json");
    assertThat(json.exitCode()).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(json.out()).get("unreadable").toString())
        .contains("10.244.7.0_24.json");
  }

  @Test
  void damagedJournal_failsAndNamesIt() throws Exception {
    claim(1);
    lease();
    Path journal;
    try (var files = Files.list(directory.resolve("node1").resolve("leases"))) {
      journal = files.filter(file -> file.toString().endsWith("journal")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(journal);
    bytes[bytes.length / 2] ^= 0x55;
    Files.write(journal, bytes);

    Invocation shown = show();

    assertThat(shown.exitCode()).isEqualTo(1);
    assertThat(shown.err()).startsWith("ovs-win: ").contains(journal.toString());
  }

  @Test
  void damagedClusterRecord_failsAndNamesIt() throws Exception {
    claim(1);
    Files.writeString(store().resolve("cluster.json"), "{}");
    Invocation shown = show();
    assertThat(shown.exitCode()).isEqualTo(1);
    assertThat(shown.err()).startsWith("ovs-win: ").contains("cluster.json");
  }

  @Test
  void configOfAnotherStore_isWrongUse() throws Exception {
    Path other = directory.resolve("other.yaml");
    Files.writeString(
        other, Files.readString(config).replace(store().toString(), "/nowhere/store"));
    Invocation shown = show("--config", other.toString());
    assertThat(shown.exitCode()).isEqualTo(2);
    assertThat(shown.err()).contains("cluster.store.file: /nowhere/store (expected: " + store());
  }

  @Test
  void severalConfigs_showTheLeasesOfEach() throws Exception {
    claim(1);
    claim(2);
    lease();
    Path second = config("node2", "192.0.2.12");
    Invocation shown = show("--config", second.toString());
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out()).contains("default/web");
  }

  @Test
  void missingConfig_isWrongUseAndNamesIt() {
    Invocation shown = Invocation.of("ipam", "show", "--config", "/nowhere/agent.yaml");
    assertThat(shown.exitCode()).isEqualTo(2);
    assertThat(shown.err()).startsWith("ovs-win: /nowhere/agent.yaml: no such file (expected: ");
  }

  @Test
  void wrongConfig_isWrongUseAndNamesTheKey() throws Exception {
    Files.writeString(config, "colour: red\n");
    Invocation shown = show();
    assertThat(shown.exitCode()).isEqualTo(2);
    assertThat(shown.err()).startsWith("ovs-win: " + config + ": ").contains("colour");
  }
}
