package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.ovswin.lab.PodsOnASwitch.ExitKind;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.NodeState;

/** Pods that ask a port of their own node which leads to a pod of it, with an uplink. */
class HostPortPodsTest {
  @Test
  void hostPort_askedByPodsOfTheNode_isAnsweredByEachOtherAndByThemselves() throws Exception {
    List<Bandwidth> two = List.of(Bandwidth.UNLIMITED, Bandwidth.UNLIMITED);
    try (PodsOnASwitch pods = PodsOnASwitch.start(ExitKind.UPLINK, two)) {
      assertThat(pods.askHostPort(1)).isEqualTo(PodsOnASwitch.ipv4(1).toString());
      assertThat(pods.askHostPort(0)).isEqualTo(NodeState.HAIRPIN.toString());
    }
  }
}
