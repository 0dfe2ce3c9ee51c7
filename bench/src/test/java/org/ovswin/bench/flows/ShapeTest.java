package org.ovswin.bench.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Flow;

class ShapeTest {
  /** Two of one key would be one flow in the switch, and the count wrong. */
  @ParameterizedTest
  @EnumSource(Shape.class)
  void flows_haveKeysOfTheirOwn(Shape shape) {
    List<Flow> flows = shape.flows(5000);

    assertThat(flows.stream().map(Flow::key).distinct()).hasSize(5000);
  }
}
