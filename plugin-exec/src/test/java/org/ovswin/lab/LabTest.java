package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab without agents: what it builds, and that nothing of it stays, however it ends. */
class LabTest {
  @TempDir Path base;

  @AfterEach
  void nothingIsLeft() {
    List<String> ids = Lab.list(base);
    Lab.recover(base, Progress.silent());
    ids.stream().filter(id -> Files.exists(base.resolve(id))).forEach(id -> Lab.down(base, id));
    assertThat(ids).as("labs left by the test").isEmpty();
  }

  @Test
  void open_twoNodes_reachEachOtherAndTheWorldOverTheFabric() {
    try (Lab lab = open(2)) {
      Shell node1 = lab.node("node1").shell();
      assertThat(node1.run(ping("172.30.0.12"))).contains("2 received");
      assertThat(node1.run(ping("198.51.100.100"))).contains("2 received");
      assertThat(node1.run("ethtool", "-k", "eth0")).contains("tx-checksumming: off");
      assertThat(lab.shell().in(lab.external().netns()).outcome(ping("10.244.0.2")).out())
          .as("the fabric has no route to pods")
          .contains("0 received");
    }
  }

  @Test
  void close_afterOpenVSwitchRan_leavesNoNamespaceProcessOrFile() {
    String id;
    try (Lab lab = open(2)) {
      id = lab.id();
      lab.nodes().forEach(LabNode::startOvs);
      assertThat(Teardown.marked(id)).hasSize(4);
      // Four namespaces, the processes of two switches, the directory.
      assertThat(Lab.leftovers(base, id)).hasSize(9);
      assertThat(lab.node("node2").vsctl("get", "Open_vSwitch", ".", "external_ids:system-id"))
          .contains("node2");
    }
    assertGone(id);
  }

  @Test
  void killVswitchd_thenStartOvs_bridgeIsThereAgain() {
    try (Lab lab = open(1)) {
      LabNode node = lab.node("node1");
      node.startOvs();
      addBridge(node);
      node.ofctl("add-flow", "priority=7,actions=drop");
      node.killVswitchd();
      node.startOvs();
      assertThat(node.flows()).contains("NORMAL").doesNotContain("priority=7");
      node.killOvs();
      node.startOvs();
      assertThat(node.vsctl("list-br")).isEqualTo("br-pods\n");
    }
  }

  @Test
  void startAgent_agentThatEnds_saysHowAndShowsItsLog() {
    List<String> command = List.of("sh", "-c", "echo no such thing >&2; exit 3");
    try (Lab lab = Lab.open(spec(1).withJavaCommand(command), Progress.silent())) {
      assertThatThrownBy(() -> lab.node("node1").startAgent())
          .isInstanceOf(LabException.class)
          .hasMessageContaining("ended with exit 3")
          .hasMessageContaining("no such thing");
    }
  }

  @Test
  void startNodes_takenDownMeanwhile_saysOnlyThat() throws Exception {
    List<String> command = List.of("sh", "-c", "echo starting >&2; exec sleep 1000");
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<?> starting;
      String id;
      try (Lab lab = Lab.open(spec(2).withJavaCommand(command), Progress.silent())) {
        id = lab.id();
        starting = other.submit(lab::startNodes);
        Awaitility.await().until(() -> lab.node("node1").agentProcess().isPresent());
      }
      assertThatThrownBy(starting::get)
          .hasRootCauseMessage("lab %s: taken down while it was in use".formatted(id));
    }
  }

  @Test
  void startAgent_readyLine_isReturned() {
    List<String> command = List.of("sh", "-c", "echo ready node=node1 block=x; exec sleep 1000");
    try (Lab lab = Lab.open(spec(1).withJavaCommand(command), Progress.silent())) {
      LabNode node = lab.node("node1");
      assertThat(node.startAgent()).isEqualTo("ready node=node1 block=x");
      assertThat(node.restartAgent()).isEqualTo("ready node=node1 block=x");
      node.stopAgent();
      assertThat(node.agentProcess()).isEmpty();
    }
  }

  @Test
  void open_afterKilledOwner_takesDownWhatItLeft() throws Exception {
    Process owner = LabProcess.start(base, "hold");
    String id = firstLine(owner);
    assertThat(namespaces()).contains(id + "-node1", id + "-fabric");
    owner.destroyForcibly().waitFor();
    Awaitility.await("the kernel ends the children of a killed lab")
        .until(() -> Teardown.marked(id).isEmpty());
    List<String> told = new ArrayList<>();
    try (Lab lab = Lab.open(spec(1), told::add)) {
      assertThat(told.getFirst()).contains(id).contains("killed");
      assertThat(lab.id()).isNotEqualTo(id);
      assertGone(id);
    }
  }

  @Test
  void recover_ownerKilledWhileItBuilt_takesDownWhatItLeft() throws Exception {
    // At whatever moment the kill comes: from before the first line to the last process.
    for (int files = 0; files <= 3; files++) {
      int seen = files;
      Process owner = LabProcess.start(base, "hold");
      Awaitility.await().until(() -> progressOf(owner, seen));
      owner.destroyForcibly().waitFor();
      List<String> ids = Lab.list(base);
      Lab.recover(base, Progress.silent());
      ids.forEach(this::assertGone);
    }
  }

  @Test
  void sigterm_owner_takesItsLabDown() throws Exception {
    Process owner = LabProcess.start(base, "hold");
    String id = firstLine(owner);
    owner.destroy();
    owner.waitFor();
    assertGone(id);
  }

  @Test
  void keep_ownerEnds_labStaysUntilDown() throws Exception {
    Process owner = LabProcess.start(base, "keep");
    String id = firstLine(owner);
    assertThatThrownBy(() -> Lab.down(base, id)).hasMessageContaining("runs (expected: ended)");
    owner.getOutputStream().close();
    owner.waitFor();
    assertThat(Lab.recover(base, Progress.silent())).isEmpty();
    assertThat(Teardown.marked(id)).hasSize(4);
    Lab.down(base, id);
    assertGone(id);
  }

  @Test
  void downAll_oneKeptOneInUse_takesTheKeptAndTellsTheOther() throws Exception {
    Process owner = LabProcess.start(base, "keep");
    String kept = firstLine(owner);
    owner.getOutputStream().close();
    owner.waitFor();
    List<String> told = new ArrayList<>();
    try (Lab used = open(1)) {
      assertThat(Lab.downAll(base, told::add)).containsExactly(kept);
      assertThat(told)
          .containsExactlyInAnyOrder(
              "lab %s: taken down".formatted(kept),
              "lab %s: stays, its process %d runs"
                  .formatted(used.id(), ProcessHandle.current().pid()));
    }
    assertGone(kept);
  }

  @Test
  void lookAround_twoNodes_commandsRun() {
    try (Lab lab = open(2)) {
      lab.nodes().forEach(LabNode::startOvs);
      lab.nodes().forEach(LabTest::addBridge);
      assertThat(lab.lookAround())
          .hasSize(10)
          .filteredOn(command -> !command.startsWith("less"))
          .allSatisfy(command -> assertThat(lab.shell().run("sh", "-c", command)).isNotBlank());
    }
  }

  @Test
  void down_unknownId_namesThoseThereAre() {
    assertThatThrownBy(() -> Lab.down(base, "ow000000"))
        .hasMessageContaining("lab: ow000000 (expected: one of [])");
  }

  private boolean progressOf(Process owner, int wanted) {
    assertThat(owner.isAlive()).isTrue();
    return Lab.list(base).stream()
        .anyMatch(
            id ->
                switch (wanted) {
                  case 0 -> true;
                  case 1 -> namespaces().stream().anyMatch(name -> name.startsWith(id));
                  case 2 -> Files.exists(base.resolve(id + "/node1/ovs"));
                  default -> !Teardown.marked(id).isEmpty();
                });
  }

  private Lab open(int nodes) {
    return Lab.open(spec(nodes), Progress.silent());
  }

  private LabSpec spec(int nodes) {
    return LabSpec.of(nodes, Path.of("/bin/true")).withBase(base);
  }

  private static void addBridge(LabNode node) {
    node.vsctl("add-br", "br-pods", "--", "set", "bridge", "br-pods", "datapath_type=netdev");
  }

  private static String[] ping(String address) {
    return new String[] {"ping", "-n", "-c", "2", "-i", "0.05", "-W", "1", address};
  }

  private static String firstLine(Process process) throws Exception {
    // Closed with the process: a reader closed here would end what it writes to.
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    assertThat(line).as("the lab's id").isNotNull();
    return line;
  }

  private static List<String> namespaces() {
    String[] names = new File("/run/netns").list();
    return names == null ? List.of() : Arrays.asList(names);
  }

  private void assertGone(String id) {
    assertThat(namespaces()).noneMatch(name -> name.startsWith(id));
    assertThat(Teardown.marked(id)).isEmpty();
    assertThat(base.resolve(id)).doesNotExist();
    assertThat(Lab.leftovers(base, id)).isEmpty();
  }
}
