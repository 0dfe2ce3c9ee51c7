package org.ovswin.ovsdb.vswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ovsdb.fixture.OvsFixture;
import org.ovswin.ovsdb.jsonrpc.SessionOptions;

/** Plans against a real server without a switch behind it: the database alone is fast. */
final class VswitchPlanTest {

  private static final Duration BOUND = Duration.ofSeconds(30);

  private static Vswitch open(OvsFixture ovs) {
    Vswitch vswitch = Vswitch.open(SessionOptions.of(ovs.address()), new RecordingListener());
    await().atMost(BOUND).until(() -> vswitch.snapshot().link() == VswitchSnapshot.Link.UP);
    return vswitch;
  }

  private static void apply(Vswitch vswitch, List<VswitchChange> changes) throws Exception {
    vswitch.apply(changes).get(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  private static VswitchChange port(String bridge, String name) {
    return new VswitchChange.PutPort(bridge, PortSpec.system(name));
  }

  /** Two that do not wait for each other plan from the same snapshot. */
  @Test
  void apply_rowThatCameMeanwhile_failsAtTheChangeThatWantedIt() throws Exception {
    try (OvsFixture ovs = OvsFixture.vswitch().startServer();
        Vswitch vswitch = open(ovs)) {
      apply(vswitch, List.of(new VswitchChange.PutBridge(BridgeSpec.of("br0"))));
      var first = vswitch.apply(List.of(port("br0", "p0")));
      var second = vswitch.apply(List.of(port("br0", "p1"), port("br0", "p0")));

      first.get();
      assertThatThrownBy(second::get)
          .cause()
          .isInstanceOfSatisfying(
              ChangeFailed.class,
              failed -> {
                assertThat(failed.change()).contains(port("br0", "p0"));
                assertThat(failed).hasMessageContaining("(wait Interface) failed: timed out");
              });
      assertThat(vswitch.snapshot().interfaces()).doesNotContainKey("p1");
    }
  }

  @Test
  void apply_rowThatWentMeanwhile_fails() throws Exception {
    try (OvsFixture ovs = OvsFixture.vswitch().startServer();
        Vswitch vswitch = open(ovs)) {
      apply(vswitch, List.of(new VswitchChange.PutBridge(BridgeSpec.of("br0")), port("br0", "p0")));
      VswitchChange change =
          new VswitchChange.PutPort("br0", PortSpec.system("p0").withMtuRequest(1400));
      var delete = vswitch.apply(List.of(new VswitchChange.DeletePort("br0", "p0")));
      var update = vswitch.apply(List.of(change));

      delete.get();
      assertThatThrownBy(update::get)
          .cause()
          .isInstanceOfSatisfying(
              ChangeFailed.class, failed -> assertThat(failed.change()).contains(change));
    }
  }

  /** {@code apply(o, changes) = model(o, changes)}, and asking again changes nothing. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void apply_randomChanges_giveWhatTheModelGives(long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, Set<String>> model = new TreeMap<>();
    try (OvsFixture ovs = OvsFixture.vswitch().startServer();
        Vswitch vswitch = open(ovs)) {
      for (int round = 0; round < 60; round++) {
        List<VswitchChange> changes = new ArrayList<>();
        Set<String> touched = new HashSet<>();
        for (int i = 0; i < 8; i++) {
          randomChange(random, model, touched, changes);
        }
        apply(vswitch, changes);

        Map<String, Set<String>> actual = new TreeMap<>();
        vswitch
            .snapshot()
            .bridges()
            .forEach((name, row) -> actual.put(name, new TreeSet<>(row.ports())));
        assertThat(actual).as("seed %d round %d", seed, round).isEqualTo(model);
        List<VswitchChange> again = new ArrayList<>();
        model.forEach(
            (bridge, ports) -> {
              again.add(new VswitchChange.PutBridge(BridgeSpec.of(bridge)));
              ports.stream()
                  .filter(port -> !port.equals(bridge))
                  .forEach(port -> again.add(port(bridge, port)));
            });
        long before = nextCfg(vswitch);
        apply(vswitch, again);
        assertThat(nextCfg(vswitch)).as("seed %d round %d", seed, round).isEqualTo(before);
      }
    }
  }

  private static long nextCfg(Vswitch vswitch) {
    return vswitch.snapshot().root().map(RootRow::nextCfg).orElse(0L);
  }

  /** Adds a change that can be made after those before it, and makes it in the model. */
  private static void randomChange(
      Random random,
      Map<String, Set<String>> model,
      Set<String> touched,
      List<VswitchChange> changes) {
    String bridge = "br" + random.nextInt(3);
    String port = "p" + random.nextInt(12);
    switch (random.nextInt(10)) {
      case 0 -> {
        if (touched.add(bridge)) {
          changes.add(new VswitchChange.PutBridge(BridgeSpec.of(bridge)));
          model.computeIfAbsent(bridge, name -> new TreeSet<>(Set.of(name)));
        }
      }
      case 1 -> {
        if (!touched.contains(bridge)
            && model.getOrDefault(bridge, new TreeSet<>()).stream().noneMatch(touched::contains)) {
          changes.add(new VswitchChange.DeleteBridge(bridge));
          model.remove(bridge);
        }
      }
      case 2, 3, 4 -> {
        if (!touched.contains(port)) {
          changes.add(new VswitchChange.DeletePort(bridge, port));
          model.getOrDefault(bridge, new TreeSet<>()).remove(port);
        }
      }
      default -> {
        boolean elsewhere =
            model.entrySet().stream()
                .anyMatch(
                    entry -> !entry.getKey().equals(bridge) && entry.getValue().contains(port));
        if (model.containsKey(bridge) && !elsewhere && touched.add(port)) {
          changes.add(port(bridge, port));
          model.get(bridge).add(port);
          touched.add(bridge);
        }
      }
    }
  }
}
