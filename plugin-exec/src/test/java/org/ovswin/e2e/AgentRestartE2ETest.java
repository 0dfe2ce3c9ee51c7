package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.ContinuousPing;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** An agent that dies and comes back: nobody but the one who waits for an ADD may notice. */
class AgentRestartE2ETest {
  private static final Duration OFTEN = Duration.ofMillis(10);
  private static final Pattern DURATION = Pattern.compile("duration=([0-9.]+)s");

  @RegisterExtension final Cluster cluster = Cluster.ofNodes(2);

  @Test
  void agentKilled_traffic_losesNothingAndNoFlowIsReplaced() throws Exception {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080));
    Pod b = cluster.pod(1, "b");
    Pod c = cluster.pod(2, "c");
    LabNode node = cluster.node(1);
    Footprint before = Footprint.of(cluster, node.name());
    try (ContinuousPing near = cluster.probes().pingEvery(OFTEN, a.host(), b.address());
        ContinuousPing far = cluster.probes().pingEvery(OFTEN, c.host(), a.address());
        ContinuousPing out =
            cluster.probes().pingEvery(OFTEN, a.host(), cluster.lab().external().address());
        Conversation within = Conversation.between(a.host(), b.host());
        Conversation across = Conversation.between(c.host(), a.host());
        Conversation world = Conversation.between(b.host(), cluster.lab().external())) {
      Instant restart = Instant.now();
      node.restartAgent();
      assertThat(Footprint.of(cluster, node.name())).isEqualTo(before);
      Duration uptime = Duration.between(restart, Instant.now());
      assertThat(ages(node)).isNotEmpty().allSatisfy(age -> assertThat(age).isGreaterThan(uptime));
      within.goesOn();
      across.goesOn();
      world.goesOn();
      assertThat(List.of(near.stop().lost(), far.stop().lost(), out.stop().lost())).containsOnly(0);
    }
    cluster.delete(b);
    cluster.allTalk(a, c, cluster.pod(1, "d"));
  }

  @Test
  void agentsOfAllNodesKilledAtOnce_traffic_losesNothing() throws Exception {
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    try (ContinuousPing ping = cluster.probes().pingEvery(OFTEN, a.host(), b.address());
        Conversation talk = Conversation.between(a.host(), b.host())) {
      cluster.lab().nodes().forEach(LabNode::killAgent);
      talk.goesOn();
      cluster.lab().nodes().forEach(LabNode::startAgent);
      talk.goesOn();
      assertThat(ping.stop().lost()).isZero();
    }
    cluster.allTalk(a, b, cluster.pod(2, "c"));
  }

  @Test
  void agentStoppedBySigterm_sandboxesGoMeanwhile_delStillFreesEverything() {
    Pod a = cluster.pod(1, "a", HostPort.udp(30053, 53));
    Pod b = cluster.pod(1, "b");
    cluster.node(1).stopAgent();
    cluster.lab().delSandbox("a");
    cluster.node(1).startAgent();
    cluster.delete(a);
    cluster.allTalk(b, cluster.pod(1, "c", HostPort.udp(30053, 53)));
  }

  /** How long each flow has been there. */
  private static List<Duration> ages(LabNode node) {
    return DURATION
        .matcher(node.ofctl("dump-flows"))
        .results()
        .map(match -> seconds(match.group(1)))
        .toList();
  }

  private static Duration seconds(String text) {
    return Duration.ofNanos((long) (Double.parseDouble(text) * 1e9));
  }
}
