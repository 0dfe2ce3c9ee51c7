package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.pipeline.NodeState;

final class PeersTest {
  private static Peers of(Cluster.Node... nodes) {
    return Peers.of(Cluster.CONFIG, Cluster.LINK, Cluster.SPACE, Cluster.view(List.of(nodes)));
  }

  @Test
  void otherNodes_areRouted_oneselfIsNot() {
    Peers peers = of(Cluster.node(3), Cluster.node(1), Cluster.node(2));
    assertThat(peers.routed().byAddress())
        .extracting(NodeState.Peer::node)
        .containsExactly("node2", "node3");
    assertThat(peers.leftOut()).isEmpty();
  }

  @Test
  void sameRecords_inAnyOrder_areTheSamePeers() {
    assertThat(of(Cluster.node(3), Cluster.node(2)))
        .isEqualTo(of(Cluster.node(2), Cluster.node(3)));
  }

  static Stream<Arguments> unusable() {
    return Stream.of(
        // A node that was given another name has left its old record.
        Arguments.of(Cluster.node(5, "10.244.5.0/29", "192.0.2.10"), "192.0.2.10"),
        Arguments.of(Cluster.node(1 + 4, "10.244.1.0/29", "192.0.2.15"), "10.244.1.0/29"),
        Arguments.of(Cluster.node(5, "10.244.0.0/20", "192.0.2.15"), "10.244.0.0/20"),
        Arguments.of(Cluster.node(5, "10.245.5.0/29", "192.0.2.15"), "10.245.5.0/29"),
        Arguments.of(Cluster.node(5, "10.244.5.0/29", "2001:db8::5"), "2001:db8::5"),
        Arguments.of(Cluster.node(5, "2001:db8::/64", "192.0.2.15"), "2001:db8::/64"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void recordThatContradictsThisNode_isLeftOutWithItsReason(Cluster.Node node, String value) {
    Peers peers = of(node, Cluster.node(2));
    assertThat(peers.routed().byAddress())
        .extracting(NodeState.Peer::node)
        .containsExactly("node2");
    assertThat(peers.leftOut())
        .singleElement()
        .asString()
        .startsWith("node node5: " + value + " (expected: ");
  }

  @Test
  void twoNodesOfOneAddress_theNewerCounts() {
    Peers peers =
        of(
            Cluster.node(3, "10.244.3.0/29", "192.0.2.99"),
            Cluster.node(4, "10.244.4.0/29", "192.0.2.99"));
    assertThat(peers.routed().byAddress())
        .extracting(NodeState.Peer::node)
        .containsExactly("node4");
    assertThat(peers.leftOut()).singleElement().asString().contains("node3", "192.0.2.99");
  }

  @Test
  void twoNodesOfOverlappingBlocks_theNewerCounts() {
    Peers peers = of(Cluster.node(3), Cluster.node(4, "10.244.3.0/28", "192.0.2.99"));
    assertThat(peers.routed().byAddress())
        .extracting(NodeState.Peer::node)
        .containsExactly("node4");
  }
}
