package org.ovswin.ovsdb.vswitch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ovsdb.fixture.OvsFixture;
import org.ovswin.ovsdb.fixture.Relay;
import org.ovswin.ovsdb.jsonrpc.OvsdbAddress;
import org.ovswin.ovsdb.jsonrpc.SessionOptions;

/** The replica against the server's own view, by each kind of monitoring and across losses. */
final class ReplicationTest {

  private static final Duration BOUND = Duration.ofSeconds(30);

  private static Vswitch open(OvsdbAddress address, VswitchListener listener) {
    return Vswitch.open(
        SessionOptions.of(address).withBackoff(Duration.ofMillis(10), Duration.ofMillis(100)),
        listener);
  }

  private static void awaitUp(Vswitch vswitch, Predicate<VswitchSnapshot> condition) {
    Awaitility.await()
        .atMost(BOUND)
        .until(
            () ->
                vswitch.snapshot().link() == VswitchSnapshot.Link.UP
                    && condition.test(vswitch.snapshot()));
  }

  private static void apply(Vswitch vswitch, VswitchChange... changes) throws Exception {
    vswitch.apply(List.of(changes)).get(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  private static VswitchChange.PutBridge bridge(String name) {
    return new VswitchChange.PutBridge(BridgeSpec.of(name).withDatapathType("dummy"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "monitor_cond_since", "monitor_cond_since,monitor_cond"})
  void snapshot_serverThatRefuses_followsByTheNextKind(String refused) throws Exception {
    try (OvsFixture ovs = OvsFixture.vswitch().startServer()) {
      ovs.vsctl("--no-wait", "--retry", "init");
      try (Relay relay = new Relay(ovs, Set.of(refused.split(",")));
          Vswitch vswitch = open(relay.address(), new RecordingListener())) {
        awaitUp(vswitch, now -> now.root().isPresent());
        // Ours and somebody else's changes: insert, modify of scalar, set and map, delete.
        apply(
            vswitch,
            bridge("br0"),
            new VswitchChange.PutPort(
                "br0",
                PortSpec.ofType("p1", "dummy").withExternalIds(Map.of("a", "1", "b", "C:\\"))));
        ovs.vsctl(
            "--no-wait",
            "add-port",
            "br0",
            "p2",
            "--",
            "set",
            "Interface",
            "p2",
            "ofport_request=7");
        ovs.vsctl("--no-wait", "set", "Interface", "p1", "external_ids:a=2", "external_ids:c=3");
        ovs.vsctl("--no-wait", "remove", "Interface", "p1", "external_ids", "b");
        ovs.vsctl("--no-wait", "set", "Bridge", "br0", "protocols=OpenFlow13,OpenFlow15");
        ovs.vsctl("--no-wait", "remove", "Bridge", "br0", "protocols", "OpenFlow13");
        ovs.vsctl("--no-wait", "clear", "Interface", "p2", "ofport_request");
        ovs.vsctl("--no-wait", "add-port", "br0", "p3", "--", "del-port", "p2");

        awaitUp(vswitch, now -> now.port("p3").isPresent());

        VswitchSnapshot now = vswitch.snapshot();
        assertThat(now.bridge("br0").orElseThrow().ports())
            .containsExactlyInAnyOrder("br0", "p1", "p3");
        assertThat(now.bridge("br0").orElseThrow().protocols()).containsExactly("OpenFlow15");
        assertThat(now.iface("p1").orElseThrow().externalIds())
            .isEqualTo(Map.of("a", "2", "c", "3"));
        assertThat(now.interfaces().keySet()).containsExactlyInAnyOrder("br0", "p1", "p3");
        assertThat(now.port("p1").orElseThrow().bridge()).contains("br0");
      }
    }
  }

  @Test
  void snapshot_serverThatRemembers_getsOnlyWhatItMissed() throws Exception {
    try (OvsFixture ovs = OvsFixture.clusteredVswitch().startServer();
        Relay relay = new Relay(ovs, Set.of())) {
      ovs.vsctl("--no-wait", "--retry", "init", "--", "add-br", "br0");
      try (Vswitch vswitch = open(relay.address(), new RecordingListener())) {
        awaitUp(vswitch, now -> now.bridge("br0").isPresent());
        // A server remembers no more transactions than make up the size of its database.
        for (int i = 0; i < 20; i++) {
          apply(vswitch, new VswitchChange.PutPort("br0", PortSpec.system("ballast" + i)));
        }

        for (int i = 0; i < 3; i++) {
          String port = "p" + i;
          relay.cut();
          ovs.vsctl("--no-wait", "add-port", "br0", port);
          awaitUp(vswitch, now -> now.port(port).isPresent());
        }

        assertThat(vswitch.snapshot().bridge("br0").orElseThrow().ports())
            .hasSize(24)
            .contains("br0", "p0", "p1", "p2");
        List<JsonNode> monitors =
            relay.requests.stream()
                .filter(request -> request.path("method").asText().equals("monitor_cond_since"))
                .toList();
        List<Boolean> found =
            relay.answers.stream()
                .map(answer -> answer.path("result"))
                .filter(result -> result.path(0).isBoolean())
                .map(result -> result.path(0).booleanValue())
                .toList();
        assertThat(monitors).hasSizeGreaterThanOrEqualTo(4);
        assertThat(found.getFirst()).isFalse();
        assertThat(found.subList(1, found.size())).isNotEmpty().doesNotContain(false);
      }
    }
  }

  /** Whatever is cut when: in the end the replica is what a new one would be. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void snapshot_connectionsCutAtRandom_endsUpLikeAFreshOne(long seed) throws Exception {
    Random random = new Random(seed);
    try (OvsFixture ovs =
            (seed == 1 ? OvsFixture.vswitch() : OvsFixture.clusteredVswitch()).startServer();
        Relay relay = new Relay(ovs, Set.of())) {
      ovs.vsctl("--no-wait", "--retry", "init", "--", "add-br", "br0");
      try (Vswitch cut = open(relay.address(), new RecordingListener());
          Vswitch writer = open(ovs.address(), new RecordingListener())) {
        awaitUp(writer, now -> now.bridge("br0").isPresent());
        for (int i = 0; i < 60; i++) {
          String port = "p" + random.nextInt(20);
          apply(
              writer,
              random.nextInt(3) == 0
                  ? new VswitchChange.DeletePort("br0", port)
                  : new VswitchChange.PutPort(
                      "br0",
                      PortSpec.system(port).withExternalIds(Map.of("at", Integer.toString(i)))));
          if (random.nextInt(6) == 0) {
            relay.cut();
          }
        }
        long last = writer.snapshot().root().orElseThrow().nextCfg();
        awaitUp(cut, now -> now.root().orElseThrow().nextCfg() == last);
        try (Vswitch fresh = open(ovs.address(), new RecordingListener())) {
          awaitUp(fresh, now -> now.root().isPresent());
          assertThat(cut.snapshot()).as("seed %d", seed).isEqualTo(fresh.snapshot());
        }
        assertThat(writer.snapshot()).as("seed %d", seed).isEqualTo(cut.snapshot());
      }
    }
  }

  @Test
  void open_serverWithoutTheDatabase_tellsWhatItHas() throws Exception {
    Path schema = Files.createTempFile("ovsdb-test", ".schema");
    Files.writeString(schema, "{\"name\":\"Other\",\"version\":\"1.0.0\",\"tables\":{}}");
    RecordingListener listener = new RecordingListener();
    try (OvsFixture ovs = OvsFixture.ofSchema(schema).startServer();
        Vswitch _ = open(ovs.address(), listener)) {
      Awaitility.await()
          .atMost(BOUND)
          .until(() -> listener.events.stream().anyMatch(event -> event.contains("databases")));
      assertThat(listener.events.getLast()).contains("Other").endsWith("(expected: Open_vSwitch)");
    } finally {
      Files.delete(schema);
    }
  }
}
