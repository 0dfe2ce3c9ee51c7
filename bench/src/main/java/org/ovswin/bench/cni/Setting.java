package org.ovswin.bench.cni;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabException;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Progress;

/**
 * What the rows have in common: a node of ours in a lab, a namespace as node for each peer, and
 * sandboxes for all of them, made before anything is timed.
 *
 * @param ours first of {@code parties}
 */
record Setting(Plan plan, LabNode node, Party ours, List<Party> parties, Progress progress) {
  static final String OURS = "ours";
  static final String BRIDGE = "bridge";
  static final String MASQUERADE = "bridge-ipMasq";
  static final String PTP = "ptp";

  private static final Duration REST = Duration.ofSeconds(30);
  private static final String OUR_CONFIG =
      "{\"cniVersion\": \"1.0.0\", \"name\": \"ovs-win\", \"type\": \"ovs-win\","
          + " \"ovsWin\": {\"link\": \"any\"}}";

  /** One round of a row. */
  @FunctionalInterface
  interface Round {
    void run(int number) throws IOException;
  }

  static Setting of(Plan plan, Lab lab, Path launcher, Progress progress) {
    LabNode node = lab.nodes().getFirst();
    Plugin ours =
        new Plugin(
            OURS,
            launcher,
            node.host().netns(),
            OUR_CONFIG,
            Map.of("OVS_WIN_CNI_SOCKET", node.socketDirectory().resolve("cni.sock").toString()));
    progress.step("namespaces for %d pods of each".formatted(plan.most()));
    List<Party> parties = new ArrayList<>();
    parties.add(new Party(ours, sandboxes(lab, "o", plan.most()), pods -> awaitRest(node, pods)));
    parties.add(
        peer(lab, plan, BRIDGE, "bridge", "\"bridge\": \"cni0\", \"isGateway\": true", "b"));
    parties.add(
        peer(
            lab,
            plan,
            MASQUERADE,
            "bridge",
            "\"bridge\": \"cni0\", \"isGateway\": true, \"ipMasq\": true",
            "m"));
    parties.add(peer(lab, plan, PTP, "ptp", "\"mtu\": 1500", "p"));
    return new Setting(plan, node, parties.getFirst(), List.copyOf(parties), progress);
  }

  private static Party peer(
      Lab lab, Plan plan, String name, String type, String options, String letter) {
    Path host = lab.addSandbox("peer-" + letter);
    Plugin plugin =
        Plugin.peer(name, type, options, host, lab.directory().resolve("peer-" + letter));
    return new Party(plugin, sandboxes(lab, letter, plan.most()), _ -> {});
  }

  private static List<Path> sandboxes(Lab lab, String letter, int count) {
    return IntStream.range(0, count).mapToObj(i -> lab.addSandbox(letter + i)).toList();
  }

  /**
   * Our endpoints go after flows and port, right before the address: the last is soon done. The
   * switch may be at work longer, and would be slow or make others slow in their turn.
   */
  private static void awaitRest(LabNode node, int pods) throws IOException {
    long end = System.nanoTime() + REST.toNanos();
    while (endpoints(node) != pods || !isSwitchDone(node)) {
      if (System.nanoTime() - end > 0) {
        throw new LabException(
            "after %s: %d endpoints (expected: %d), next_cfg and cur_cfg %s (expected: the same)"
                .formatted(REST, endpoints(node), pods, configurations(node)));
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** Whether ovs-vswitchd has done all that was written (ovs-vswitchd.conf.db(5), cur_cfg). */
  private static boolean isSwitchDone(LabNode node) {
    List<String> numbers = configurations(node);
    return numbers.getFirst().equals(numbers.getLast());
  }

  private static List<String> configurations(LabNode node) {
    return node.vsctl("get", "Open_vSwitch", ".", "next_cfg", "cur_cfg").lines().toList();
  }

  /** By their leases, which go last. */
  private static int endpoints(LabNode node) throws IOException {
    return LeaseDatabase.read(node.stateDirectory().resolve("leases")).leases().size();
  }

  /** Runs the rounds, and says which one it is at. */
  void rounds(String what, Round round) throws IOException {
    for (int number = 1; number <= plan.rounds(); number++) {
      progress.step("%s: round %d of %d".formatted(what, number, plan.rounds()));
      round.run(number);
    }
  }

  /** The parties, another one first each time: none always comes after the same other one. */
  List<Party> inTurn(int round) {
    List<Party> turn = new ArrayList<>(parties);
    java.util.Collections.rotate(turn, -round);
    return turn;
  }

  /** Gives every party so many pods. */
  void hold(int pods) throws IOException {
    for (Party party : parties) {
      progress.step("%s: %d pods".formatted(party.name(), pods));
      party.hold(pods);
    }
  }
}
