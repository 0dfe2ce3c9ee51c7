package org.ovswin.ovsdb.vswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.ovsdb.fixture.OvsFixture;
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
}
