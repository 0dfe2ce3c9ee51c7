package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.agent.admin.AdminServer;
import org.ovswin.agent.admin.GcReport.Outcome;

/** The verbs that ask the agent, with a fake one behind the real socket. */
final class IpamAgentVerbsTest {
  @TempDir private Path directory;
  private final FakeAgent agent = new FakeAgent();
  private NodeFiles node = new NodeFiles(Path.of("/"), "");
  private Optional<AdminServer> server = Optional.empty();

  @BeforeEach
  void start() throws IOException {
    node = NodeFiles.create(directory, "node1", 1);
    server = Optional.of(AdminServer.open(node.adminSocket(), agent, InstantSource.system()));
  }

  @AfterEach
  void stop() throws IOException {
    if (server.isPresent()) {
      server.get().close();
    }
  }

  @Test
  void release_ofAnAddressInUse_isRefusedAndSaysByWhom() {
    Invocation refused = node.ipam("release", "10.244.0.2");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .isEqualToIgnoringNewLines(
            "ovs-win: 10.244.0.2 is used by default/web-0 (expected: nobody)\n");
  }

  @Test
  void release_forced_saysWhoseItWas() throws IOException {
    Invocation released = node.ipam("release", "10.244.0.2", "--force");
    assertThat(released.err()).isEmpty();
    assertThat(released.exitCode()).isZero();
    assertThat(released.out())
        .isEqualToIgnoringNewLines("released 10.244.0.2,fd00::9, which default/web-0 had\n");
    assertThat(agent.asked).containsExactly("release 10.244.0.2 EVEN_IF_USED");

    Invocation json = node.ipam("release", "10.244.0.2", "--force", "--output", "json");
    assertThat(new ObjectMapper().readTree(json.out()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"released": "10.244.0.2",
                     "holder": {"addresses": ["10.244.0.2", "fd00::9"], "network": "net",
                       "podNamespace": "default", "podName": "web-0", "containerId": "c0ffee",
                       "ifName": "eth0", "since": "2026-01-02T03:04:05Z"}}
                    """));
  }

  @Test
  void reserve_asksTheAgent() {
    Invocation reserved =
        node.ipam("reserve", "10.244.0.10-10.244.0.20", "--reason", "printers, until May");
    assertThat(reserved.out())
        .isEqualToIgnoringNewLines("reserved 10.244.0.10-10.244.0.20: printers, until May\n");
    assertThat(reserved.exitCode()).isZero();
    assertThat(agent.asked).containsExactly("reserve 10.244.0.10-10.244.0.20 printers, until May");
  }

  @Test
  void unreserve_asksTheAgent() {
    assertThat(node.ipam("unreserve", "10.244.0.16/28").out())
        .isEqualToIgnoringNewLines(
            "10.244.0.16-10.244.0.31 is reserved no more; it was: printers\n");
    Invocation refused = node.ipam("unreserve", "10.244.0.1");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).isEqualToIgnoringNewLines("ovs-win: 10.244.0.1 is not reserved\n");
  }

  @Test
  void gc_changesNothingUnlessToldTo() {
    for (Invocation listed : List.of(node.ipam("gc"), node.ipam("gc", "--dry-run"))) {
      assertThat(listed.exitCode()).isZero();
      assertThat(listed.out())
          .isEqualToIgnoringNewLines(
              """
              ADDRESS             HELD BY       REASON
              10.244.0.9,fd00::9  default/db-0  its sandbox is gone

              1 lease nobody needs; ovs-win ipam gc --yes takes it back
              """);
    }
    assertThat(agent.asked).containsExactly("gc DRY_RUN", "gc DRY_RUN");
  }

  @Test
  void gc_withConsent_actsAndSaysWhatBecameOfEach() {
    agent.candidates = List.of(FakeAgent.candidate(Outcome.RECLAIMED, Optional.empty()));
    Invocation done = node.ipam("gc", "--yes");
    assertThat(done.exitCode()).isZero();
    assertThat(done.out())
        .isEqualToIgnoringNewLines(
            """
            ADDRESS             HELD BY       REASON               NOW
            10.244.0.9,fd00::9  default/db-0  its sandbox is gone  taken back

            1 lease taken back
            """);
    assertThat(agent.asked).containsExactly("gc RECLAIM");
  }

  @Test
  void gc_thatDidNotGetToItsEnd_failsAndSaysWhatIsLeft() {
    agent.candidates =
        List.of(FakeAgent.candidate(Outcome.UNDER_WAY, Optional.of("the switch is away")));
    Invocation done = node.ipam("gc", "--yes");
    assertThat(done.exitCode()).isEqualTo(1);
    assertThat(done.out())
        .contains("under way: the switch is away")
        .contains("1 of 1 lease still under way; ovs-win ipam gc shows what is left");
  }

  @Test
  void gc_withNothingToDo_saysSo() throws IOException {
    agent.candidates = List.of();
    assertThat(node.ipam("gc", "--yes").out())
        .isEqualToIgnoringNewLines("nothing to take back: every lease is needed\n");
    assertThat(new ObjectMapper().readTree(node.ipam("gc", "-o", "json").out()).toString())
        .isEqualTo("{\"dryRun\":true,\"found\":0,\"candidates\":[]}");
  }

  @Test
  void gc_dryRunAndConsent_excludeEachOther() {
    Invocation wrong = node.ipam("gc", "--dry-run", "--yes");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("--dry-run").contains("--yes");
  }

  @Test
  void agentDown_isMissingAndSaysHowToStartIt() throws IOException {
    stop();
    server = Optional.empty();
    for (Invocation down :
        List.of(node.ipam("release", "10.244.0.2"), node.ipam("gc"), node.ipam("gc", "--yes"))) {
      assertThat(down.exitCode()).isEqualTo(3);
      assertThat(down.out()).isEmpty();
      assertThat(down.err())
          .startsWith("ovs-win: the agent of node1 does not run: " + node.adminSocket())
          .endsWith(
              "(expected: a running one; start it with ovs-win agent --config %s)%n"
                  .formatted(node.config()));
    }
  }
}
