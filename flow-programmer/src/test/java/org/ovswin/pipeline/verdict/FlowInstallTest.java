package org.ovswin.pipeline.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Flow;
import org.ovswin.pipeline.Pipeline;

/** The flows' text is what ovs-ofctl reads and writes. */
class FlowInstallTest {
  @Test
  void flows_installedByTheirText_areReportedByTheSameText() throws IOException {
    try (DummySwitch ovs = DummySwitch.start(List.of())) {
      for (Nodes node : Nodes.values()) {
        List<Flow> flows = Pipeline.flows(node.state());

        assertThat(ovs.install(flows))
            .as(node.name())
            .containsExactlyInAnyOrderElementsOf(flows.stream().map(Flow::toString).toList());
      }
    }
  }
}
