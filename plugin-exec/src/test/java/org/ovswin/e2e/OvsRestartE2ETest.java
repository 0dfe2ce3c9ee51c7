package org.ovswin.e2e;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** An Open vSwitch that dies and comes back: the agent puts everything back without being asked. */
class OvsRestartE2ETest {
  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(2);

  static Stream<Arguments> deaths() {
    return Stream.of(
        death("ovs-vswitchd", LabNode::killVswitchd),
        death("ovsdb-server", LabNode::killOvsdbServer),
        death("both", LabNode::killOvs));
  }

  private static Arguments death(String what, Consumer<LabNode> kill) {
    return Arguments.argumentSet(what, kill);
  }

  @ParameterizedTest
  @MethodSource("deaths")
  void killedAndStarted_everythingComesBack(Consumer<LabNode> kill) {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080), HostPort.udp(30080, 5353));
    Pod b = cluster.pod(1, "b");
    Pod c = cluster.pod(2, "c");
    kill.accept(cluster.node(1));
    cluster.node(1).startOvs();
    cluster.eventuallyAllTalk(a, b, c);
    cluster.delete(b);
    cluster.allTalk(a, c, cluster.pod(1, "d"));
  }

  /**
   * While ovsdb-server is away, ovs-vswitchd 3.1 moves nothing by the userspace datapath (its main
   * loop waits for the database's lock); what was connected must be so again afterwards.
   */
  @Test
  void ovsdbServerKilledAndStarted_openConnections_goOn() throws Exception {
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    try (Conversation across = Conversation.between(a.host(), b.host());
        Conversation world = Conversation.between(a.host(), cluster.lab().external())) {
      cluster.node(1).killOvsdbServer();
      cluster.node(1).startOvs();
      across.goesOn();
      world.goesOn();
      cluster.allTalk(a, b, cluster.pod(1, "late"));
    }
  }

  @Test
  void killedTogetherWithTheAgent_everythingComesBack() {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080));
    Pod b = cluster.pod(2, "b");
    cluster.node(1).killAgent();
    cluster.node(1).killOvs();
    cluster.node(1).startOvs();
    cluster.node(1).startAgent();
    cluster.eventuallyAllTalk(a, b);
    cluster.allTalk(a, b, cluster.pod(1, "c"));
  }
}
