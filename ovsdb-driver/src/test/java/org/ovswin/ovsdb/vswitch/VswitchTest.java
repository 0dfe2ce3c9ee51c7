package org.ovswin.ovsdb.vswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.ovsdb.fixture.OvsFixture;
import org.ovswin.ovsdb.jsonrpc.OvsdbException;
import org.ovswin.ovsdb.jsonrpc.SessionOptions;

/** Against a real ovsdb-server and ovs-vswitchd. */
final class VswitchTest {

  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final BridgeSpec BRIDGE =
      BridgeSpec.of("br0")
          .withDatapathType("dummy")
          .withProtocols(Set.of("OpenFlow13", "OpenFlow15"))
          .withOtherConfig(Map.of("hwaddr", "0a:00:00:00:00:01"));

  private final OvsFixture ovs = OvsFixture.vswitch();
  private final RecordingListener listener = new RecordingListener();
  private final Vswitch vswitch =
      Vswitch.open(
          SessionOptions.of(ovs.address())
              .withBackoff(Duration.ofMillis(10), Duration.ofMillis(200)),
          listener);

  @BeforeEach
  void connect() {
    ovs.startServer().startSwitch();
    await().atMost(BOUND).until(() -> vswitch.snapshot().link() == VswitchSnapshot.Link.UP);
  }

  @AfterEach
  void takeDown() {
    vswitch.close();
    ovs.close();
  }

  private void apply(VswitchChange... changes) throws Exception {
    apply(List.of(changes));
  }

  private void apply(List<VswitchChange> changes) throws Exception {
    vswitch.apply(changes).get(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  private Map<String, PortOutcome> outcomes(String... names) throws Exception {
    return vswitch.awaitPorts(List.of(names), BOUND).get();
  }

  private static VswitchChange dummy(String name) {
    return new VswitchChange.PutPort("br0", PortSpec.ofType(name, "dummy"));
  }

  @Test
  void apply_bridgeInAnEmptyDatabase_isMadeAsSpecified() throws Exception {
    apply(new VswitchChange.PutBridge(BRIDGE));

    BridgeRow row = vswitch.snapshot().bridge("br0").orElseThrow();
    assertThat(row.datapathType()).isEqualTo("dummy");
    assertThat(row.failMode()).contains("secure");
    assertThat(row.protocols()).containsExactlyInAnyOrder("OpenFlow13", "OpenFlow15");
    assertThat(row.otherConfig()).containsEntry("hwaddr", "0a:00:00:00:00:01");
    assertThat(row.ports()).containsExactly("br0");
    assertThat(outcomes("br0")).containsEntry("br0", new PortOutcome.Attached(65534));
    assertThat(ovs.vsctl("get-fail-mode", "br0")).isEqualTo("secure");
  }

  @Test
  void apply_hundredPortsWithTheirBridge_allGetOfports() throws Exception {
    List<VswitchChange> changes = new ArrayList<>(List.of(new VswitchChange.PutBridge(BRIDGE)));
    List<String> names = IntStream.range(0, 100).mapToObj(i -> "p" + i).toList();
    names.forEach(name -> changes.add(dummy(name)));

    apply(changes);

    Map<String, PortOutcome> outcomes = vswitch.awaitPorts(names, BOUND).get();
    assertThat(outcomes.values()).hasSize(100).allMatch(PortOutcome.Attached.class::isInstance);
    assertThat(outcomes.values().stream().distinct()).hasSize(100);
    assertThat(vswitch.snapshot().bridge("br0").orElseThrow().ports()).hasSize(101);
  }

  @Test
  void awaitPorts_missingDevice_isRefusedWithTheSwitchesReason() throws Exception {
    apply(
        new VswitchChange.PutBridge(BRIDGE),
        new VswitchChange.PutPort("br0", PortSpec.system("no-such-dev")),
        dummy("p0"));

    Map<String, PortOutcome> outcomes = outcomes("p0", "no-such-dev", "absent");

    assertThat(outcomes.get("p0")).isInstanceOf(PortOutcome.Attached.class);
    assertThat(outcomes.get("no-such-dev"))
        .isEqualTo(
            new PortOutcome.Refused("could not open network device no-such-dev (No such device)"));
    assertThat(outcomes.get("absent")).isEqualTo(new PortOutcome.Gone());
  }

  @Test
  void apply_sameAgain_isNoTransaction() throws Exception {
    VswitchChange bridge = new VswitchChange.PutBridge(BRIDGE);
    VswitchChange port =
        new VswitchChange.PutPort(
            "br0",
            PortSpec.ofType("gnv0", "geneve")
                .withOptions(Map.of("remote_ip", "127.0.0.1", "key", "flow"))
                .withMac("0a:00:00:00:00:02")
                .withOfportRequest(17)
                .withMtuRequest(1400)
                .withExternalIds(Map.of("ovs-win", "tunnel")));
    apply(bridge, port);
    VswitchSnapshot before = vswitch.snapshot();
    InterfaceRow row = before.iface("gnv0").orElseThrow();
    assertThat(row.options()).isEqualTo(Map.of("remote_ip", "127.0.0.1", "key", "flow"));
    assertThat(row.mac()).contains("0a:00:00:00:00:02");
    assertThat(row.ofportRequest()).hasValue(17);
    assertThat(row.mtuRequest()).hasValue(1400);
    assertThat(row.externalIds()).isEqualTo(Map.of("ovs-win", "tunnel"));

    apply(
        bridge,
        port,
        new VswitchChange.DeletePort("br0", "absent"),
        new VswitchChange.DeletePort("absent", "gnv0"),
        new VswitchChange.DeleteBridge("absent"));

    assertThat(nextCfg()).isEqualTo(before.root().orElseThrow().nextCfg());
    assertThat(vswitch.snapshot().iface("gnv0").orElseThrow().uuid()).isEqualTo(row.uuid());
  }

  private long nextCfg() {
    return vswitch.snapshot().root().orElseThrow().nextCfg();
  }

  @Test
  void apply_whatDiffers_isUpdatedAndForeignKeysStay() throws Exception {
    apply(new VswitchChange.PutBridge(BRIDGE), dummy("p0"));
    ovs.vsctl("set", "Interface", "p0", "external_ids:theirs=1", "options:old=1");
    ovs.vsctl("set", "Bridge", "br0", "other_config:theirs=1");
    await()
        .atMost(BOUND)
        .until(() -> vswitch.snapshot().bridge("br0").orElseThrow().otherConfig().size() == 2);

    apply(
        new VswitchChange.PutBridge(
            BRIDGE
                .withFailMode(BridgeSpec.FailMode.STANDALONE)
                .withProtocols(Set.of())
                .withOtherConfig(Map.of("hwaddr", "0a:00:00:00:00:09"))),
        new VswitchChange.PutPort(
            "br0",
            PortSpec.ofType("p0", "dummy")
                .withOfportRequest(9)
                .withExternalIds(Map.of("ours", "C:\\"))));

    BridgeRow bridge = vswitch.snapshot().bridge("br0").orElseThrow();
    assertThat(bridge.failMode()).contains("standalone");
    assertThat(bridge.protocols()).isEmpty();
    assertThat(bridge.otherConfig())
        .isEqualTo(Map.of("hwaddr", "0a:00:00:00:00:09", "theirs", "1"));
    InterfaceRow port = vswitch.snapshot().iface("p0").orElseThrow();
    assertThat(port.options()).isEmpty();
    assertThat(port.externalIds()).isEqualTo(Map.of("ours", "C:\\", "theirs", "1"));
    assertThat(outcomes("p0")).containsEntry("p0", new PortOutcome.Attached(9));
  }

  @Test
  void apply_deletions_takeRowsAndReferences() throws Exception {
    apply(new VswitchChange.PutBridge(BRIDGE), dummy("p0"), dummy("p1"));

    apply(new VswitchChange.DeletePort("br0", "p0"));
    assertThat(vswitch.snapshot().interfaces().keySet()).containsExactlyInAnyOrder("br0", "p1");
    assertThat(ovs.vsctl("list-ports", "br0")).isEqualTo("p1");

    apply(new VswitchChange.DeleteBridge("br0"));
    assertThat(vswitch.snapshot().bridges()).isEmpty();
    assertThat(vswitch.snapshot().ports()).isEmpty();
    assertThat(vswitch.snapshot().interfaces()).isEmpty();
  }

  @Test
  void apply_deleteThenPut_isANewRow() throws Exception {
    apply(new VswitchChange.PutBridge(BRIDGE), dummy("p0"));
    InterfaceRow before = vswitch.snapshot().iface("p0").orElseThrow();

    apply(new VswitchChange.DeletePort("br0", "p0"), dummy("p0"));

    assertThat(vswitch.snapshot().iface("p0").orElseThrow().uuid()).isNotEqualTo(before.uuid());
    assertThat(outcomes("p0").get("p0")).isInstanceOf(PortOutcome.Attached.class);
  }

  @Test
  void apply_refusedPortAgain_isTriedAgain() throws Exception {
    VswitchChange port = new VswitchChange.PutPort("br0", PortSpec.system("no-such-dev"));
    apply(new VswitchChange.PutBridge(BRIDGE), port);
    assertThat(outcomes("no-such-dev").get("no-such-dev")).isInstanceOf(PortOutcome.Refused.class);
    long before = nextCfg();

    apply(port);

    assertThat(nextCfg()).isEqualTo(before + 1);
  }

  @Test
  void apply_changeThatCannotBe_failsByNameAndNothingIsDone() throws Exception {
    apply(
        new VswitchChange.PutBridge(BRIDGE),
        new VswitchChange.PutBridge(BridgeSpec.of("br1").withDatapathType("dummy")),
        dummy("p0"));
    VswitchSnapshot before = vswitch.snapshot();
    VswitchChange fine = dummy("fine");
    Map<VswitchChange, String> reasons =
        Map.of(
            // Known from the replica.
            new VswitchChange.PutPort("absent", PortSpec.system("p1")),
            "there is no bridge absent",
            new VswitchChange.PutPort("br1", PortSpec.system("p0")),
            "the port is on bridge br0",
            fine,
            "port fine is put twice in one transaction",
            new VswitchChange.DeletePort("br0", "fine"),
            "port fine is put earlier in the same transaction",
            new VswitchChange.DeletePort("br0", "br0"),
            "it is the bridge's local port",
            // Known to the server: the schema has an enumeration.
            new VswitchChange.PutBridge(BridgeSpec.of("br2").withProtocols(Set.of("OpenFlow99"))),
            "(insert Bridge) failed: constraint violation: OpenFlow99 is not one of");
    for (Map.Entry<VswitchChange, String> row : reasons.entrySet()) {
      assertThatThrownBy(() -> apply(fine, row.getKey()))
          .cause()
          .isInstanceOfSatisfying(
              ChangeFailed.class,
              failed -> {
                assertThat(failed.change()).contains(row.getKey());
                assertThat(failed).hasMessageContaining(row.getValue());
              });
    }
    assertThat(nextCfg()).isEqualTo(before.root().orElseThrow().nextCfg());
    assertThat(ovs.vsctl("list-ports", "br0")).isEqualTo("p0");
  }

  @Test
  void awaitPorts_switchIsDown_failsAtTheDeadlineAndSaysWhatIsOpen() throws Exception {
    apply(new VswitchChange.PutBridge(BRIDGE));
    outcomes("br0");
    ovs.kill("ovs-vswitchd");
    apply(dummy("p0"));

    assertThatThrownBy(() -> vswitch.awaitPorts(List.of("br0", "p0"), Duration.ofMillis(50)).get())
        .cause()
        .isInstanceOf(OvsdbException.DeadlineExceeded.class)
        .hasMessageContaining("ports [p0]")
        .hasMessageContaining("not done within 50 ms");

    // And it goes on when the switch is back.
    ovs.startSwitch();
    assertThat(outcomes("p0").get("p0")).isInstanceOf(PortOutcome.Attached.class);
  }

  @Test
  void apply_serverKilledAndStarted_replicaIsRightAgain() throws Exception {
    apply(new VswitchChange.PutBridge(BRIDGE), dummy("p0"));
    outcomes("br0", "p0");

    ovs.kill("ovsdb-server");
    await().atMost(BOUND).until(() -> listener.events.stream().anyMatch(e -> e.startsWith("disc")));
    assertThat(vswitch.snapshot().link()).isEqualTo(VswitchSnapshot.Link.DOWN);
    assertThat(vswitch.snapshot().interfaces()).containsKey("p0");
    assertThatThrownBy(() -> apply(dummy("p1")))
        .cause()
        .isInstanceOf(OvsdbException.NotConnected.class);

    // Before it is back for us, somebody else changes rows.
    ovs.run(
        "ovsdb-tool",
        "transact",
        ovs.file("db"),
        "[\"Open_vSwitch\",{\"op\":\"update\",\"table\":\"Interface\",\"where\":"
            + "[[\"name\",\"==\",\"p0\"]],\"row\":{\"mtu_request\":1234}}]");
    ovs.startServer();

    await()
        .atMost(BOUND)
        .until(
            () ->
                vswitch.snapshot().link() == VswitchSnapshot.Link.UP
                    && vswitch.snapshot().iface("p0").orElseThrow().mtuRequest().isPresent());
    apply(dummy("p1"));
    assertThat(outcomes("p1").get("p1")).isInstanceOf(PortOutcome.Attached.class);
    await()
        .atMost(BOUND)
        .untilAsserted(
            () ->
                assertThat(
                        listener.events.stream()
                            .map(event -> event.replaceFirst(":.*", ""))
                            .filter(event -> !event.equals("changed")))
                    .endsWith("connected", "disconnected", "connected"));
  }

  @Test
  void apply_serverThatStopsAnswering_failsByTheEcho() throws Exception {
    apply(new VswitchChange.PutBridge(BRIDGE));
    try (Vswitch impatient =
        Vswitch.open(
            SessionOptions.of(ovs.address())
                .withProbeInterval(Duration.ofMillis(1500))
                .withCallDeadline(Duration.ofMinutes(5)),
            new RecordingListener())) {
      await().atMost(BOUND).until(() -> impatient.snapshot().link() == VswitchSnapshot.Link.UP);
      ovs.signal("ovsdb-server", "STOP");
      try {
        assertThatThrownBy(() -> impatient.apply(List.of(dummy("p0"))).get())
            .cause()
            .isInstanceOf(OvsdbException.ConnectionLost.class)
            .hasMessageContaining("no answer to an echo within 1500 ms");
      } finally {
        ovs.signal("ovsdb-server", "CONT");
      }
      await().atMost(BOUND).until(() -> impatient.snapshot().link() == VswitchSnapshot.Link.UP);
    }
  }

  @Test
  void close_waitsOpen_fail() throws Exception {
    apply(new VswitchChange.PutBridge(BRIDGE));
    ovs.kill("ovs-vswitchd");
    apply(dummy("p0"));
    CompletableFuture<?> waiting = vswitch.awaitPorts(List.of("p0"), Duration.ofMinutes(5));

    vswitch.close();

    assertThatThrownBy(waiting::get).cause().isInstanceOf(OvsdbException.NotConnected.class);
    assertThatThrownBy(() -> vswitch.apply(List.of(dummy("p1"))).get())
        .cause()
        .isInstanceOf(OvsdbException.NotConnected.class);
  }
}
