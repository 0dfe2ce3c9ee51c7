package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.LabNode;

/** CNI specification 1.1.0, STATUS: whether an ADD could be served now. */
class CniSemanticsStatusE2ETest {
  @RegisterExtension final Cluster cluster = Cluster.ofNodes(1);

  @Test
  void status_withoutOpenVSwitch_isCode50_andAddCode11_untilItIsBack() {
    LabNode node = cluster.node(1);
    Cni cni = Cni.on(node);
    assertThat(cni.status().succeeded()).isTrue();
    Path netns = cluster.lab().addSandbox("raw");
    node.killOvs();
    Cluster.eventually().untilAsserted(() -> assertThat(cni.status().code()).isEqualTo(50));
    assertThat(cni.add("c0ffee", netns).code()).isEqualTo(11);
    node.startOvs();
    Cluster.eventually()
        .untilAsserted(() -> assertThat(cni.status().succeeded()).as(cni.status().out()).isTrue());
    cluster.lab().delSandbox("raw");
  }
}
