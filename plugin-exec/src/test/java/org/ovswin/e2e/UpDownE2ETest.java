package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A machine becomes a node and no node any more, with the system's own Open vSwitch and a real pod,
 * also when {@code up} is killed after any line of its record.
 */
class UpDownE2ETest {
  @RegisterExtension static final PrivateMachine machine = new PrivateMachine();

  private static final Path RECORD = Path.of("/var/lib/ovs-win/up/record");

  private static String before = "";

  @BeforeAll
  static void look() {
    before = machine.footprint();
  }

  /** An address that came back is looked for on the link by the kernel for a moment. */
  private static void assertNothingIsLeft() {
    Cluster.eventually().untilAsserted(() -> assertThat(machine.footprint()).isEqualTo(before));
  }

  @AfterEach
  void takeDown() {
    machine.ovsWin("down", "--force", "--purge");
    machine.run("ip", "netns", "del", "pod1");
  }

  @Test
  void up_pod_down_leavesWhatWasBefore() {
    assertThat(machine.ovsWin("up").succeeds().out())
        .contains("network       done     /etc/cni/net.d/10-ovs-win.conflist")
        .contains("This machine is a node");
    assertThat(machine.ovsWin("up").succeeds().out())
        .as("a repeated up changes nothing")
        .doesNotContain(" done ");

    machine.run("ip", "netns", "add", "pod1").succeeds();
    machine.plugin("ADD", "pod1").succeeds();
    machine
        .run("ip", "netns", "exec", "pod1", "ping", "-c", "2", "-W", "5", PrivateMachine.OUTSIDE)
        .succeeds();

    PrivateMachine.Outcome refused = machine.ovsWin("down");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("pod1 (10.244.0.").contains("--force");
    machine
        .run("ip", "netns", "exec", "pod1", "ping", "-c", "1", "-W", "5", PrivateMachine.OUTSIDE)
        .succeeds();

    assertThat(machine.ovsWin("down", "--force", "--purge").succeeds().out())
        .contains("pods          done     deleted pod1")
        .contains("This machine is no node any more");
    assertThat(machine.run("ip", "netns", "exec", "pod1", "ip", "-br", "link").out())
        .doesNotContain("eth0");
    machine.run("ip", "netns", "del", "pod1").succeeds();
    assertNothingIsLeft();
    assertThat(machine.ovsWin("down", "--purge").succeeds().out())
        .as("a repeated down finds nothing to undo")
        .contains("bridge        already  was not done, or is undone");
    assertNothingIsLeft();
  }

  /** The adapter's address moves into the bridge, and comes back with all that was on it. */
  @Test
  void upWithUplink_pod_down_putsTheAdapterBack() {
    assertThat(machine.ovsWin("up", "--uplink", "eth0").succeeds().out())
        .contains("uplink        done     eth0 is watched");
    assertThat(machine.run("ip", "-br", "addr", "show", "br-pods").out())
        .contains("172.30.0.11/24");
    assertThat(machine.run("ip", "-4", "-br", "addr", "show", "eth0").out())
        .doesNotContain("172.30.0.11");
    machine.run("ping", "-c", "1", "-W", "5", PrivateMachine.OUTSIDE).succeeds();
    assertThat(machine.ovsWin("up", "--uplink", "eth0").succeeds().out())
        .as("a repeated up changes nothing")
        .doesNotContain(" done ");
    machine.run("ip", "netns", "add", "pod1").succeeds();
    machine.plugin("ADD", "pod1").succeeds();
    machine
        .run("ip", "netns", "exec", "pod1", "ping", "-c", "2", "-W", "5", PrivateMachine.OUTSIDE)
        .succeeds();

    assertThat(machine.ovsWin("down", "--force", "--purge").succeeds().out())
        .contains("uplink        done     put back: ");
    machine.run("ip", "netns", "del", "pod1").succeeds();
    machine.run("ping", "-c", "1", "-W", "5", PrivateMachine.OUTSIDE).succeeds();
    assertNothingIsLeft();
  }

  @Test
  void upWithUplink_gatewayIsSilent_putsTheAdapterBackAndSaysSo() {
    machine.run("ip", "-n", "outside", "link", "set", "eth0", "down").succeeds();
    PrivateMachine.Outcome up = machine.ovsWin("up", "--uplink", "eth0");
    machine.run("ip", "-n", "outside", "link", "set", "eth0", "up").succeeds();

    assertThat(up.exitCode()).isEqualTo(1);
    assertThat(up.err())
        .contains("gateway 172.30.0.1: no answer through br-pods")
        .contains("the adapter was put back");
    machine.run("ping", "-c", "1", "-W", "5", PrivateMachine.OUTSIDE).succeeds();
    machine.ovsWin("down", "--purge").succeeds();
    assertNothingIsLeft();
  }

  @Test
  void agentKilled_isStartedAgain() {
    machine.ovsWin("up").succeeds();
    String first = agent();
    machine.run("kill", "-KILL", first).succeeds();
    Cluster.eventually().untilAsserted(() -> assertThat(agent()).isNotEmpty().isNotEqualTo(first));
    machine.ovsWin("down", "--purge").succeeds();
    assertNothingIsLeft();
  }

  private static String agent() {
    return machine.run("pgrep", "-f", "java .*ovs-win/agent.yaml").out().strip();
  }

  @Test
  void openvswitchThatRan_goesOn() {
    Map<String, String> none = Map.of();
    machine
        .run(
            none,
            "",
            List.of(
                "/usr/share/openvswitch/scripts/ovs-ctl",
                "--system-id=random",
                "--no-ovs-vswitchd",
                "--no-record-hostname",
                "start"))
        .succeeds();
    machine
        .run(
            "ovs-vswitchd",
            "unix:/var/run/openvswitch/db.sock",
            "--log-file",
            "--pidfile",
            "--detach")
        .succeeds();
    machine.ovsWin("up").succeeds();
    assertThat(machine.ovsWin("down", "--purge").succeeds().out())
        .contains("openvswitch   left     ran before");
    assertThat(machine.run("ovs-vsctl", "list-br").succeeds().out()).isEmpty();
    machine.run("/usr/share/openvswitch/scripts/ovs-ctl", "stop").succeeds();
    machine.run(
        "sh",
        "-c",
        "rm -rf /etc/openvswitch/* /etc/openvswitch/.conf* /var/log/openvswitch/*"
            + " /run/openvswitch");
  }

  /** The layout is the first line; then come two of each step, of which these are the first. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4, 6, 8, 10, 12, 14, 16, 18, 20})
  void upKilledAtALineOfItsRecord_isUndoneByDownAndCompletedByUp(int line) {
    machine.ovsWinKilledAtLine(line, RECORD, "up");
    machine.ovsWin("down", "--purge").succeeds();
    assertNothingIsLeft();

    machine.ovsWinKilledAtLine(line, RECORD, "up");
    machine.ovsWin("up").succeeds();
    assertThat(
            machine
                .run(
                    Map.of("CNI_COMMAND", "STATUS"),
                    Cni.CONFIG.replace("1.0.0", "1.1.0"),
                    List.of("/opt/cni/bin/ovs-win"))
                .exitCode())
        .isZero();
    machine.ovsWin("down", "--purge").succeeds();
    assertNothingIsLeft();
  }
}
