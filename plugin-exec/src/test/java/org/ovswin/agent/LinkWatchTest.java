package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What is noticed of the node's own link. */
final class LinkWatchTest {
  @Test
  void look_mtuChangesAndChangesBack_isToldAndForgotten() throws Exception {
    FakeHostInterfaces interfaces = new FakeHostInterfaces(new Machine());
    AgentConfig config = withoutMtu(Cluster.CONFIG);
    NodeLink found = NodeLink.find(config, interfaces);
    try (LinkWatch watch = new LinkWatch(config, found, interfaces)) {
      watch.look();
      assertThat(watch.problem()).isEmpty();
      interfaces.carry(1400);
      watch.look();
      assertThat(watch.problem().orElseThrow()).contains("MTU 1400, was 1500", "restart the agent");
      interfaces.carry(1500);
      watch.look();
      assertThat(watch.problem()).isEmpty();
    }
  }

  private static AgentConfig withoutMtu(AgentConfig config) {
    return new AgentConfig(
        config.node(),
        config.cluster(),
        config.ipam(),
        config.stateDirectory(),
        config.socketDirectory(),
        config.openvswitch(),
        config.exit(),
        config.mode(),
        OptionalInt.empty());
  }
}
