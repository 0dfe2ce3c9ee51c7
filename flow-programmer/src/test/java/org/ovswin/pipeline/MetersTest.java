package org.ovswin.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.Meter.Band;
import org.ovswin.openflow.MeterChange;
import org.ovswin.pipeline.Bandwidth.Rate;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Pod;

class MetersTest {
  private static final Rate RATE = new Rate(5_000_000, 1_000_000);

  private static NodeState state(Exit exit, Bandwidth bandwidth) {
    Pod pod = Example.POD;
    Pod limited = new Pod(pod.port(), pod.addresses(), pod.mac(), pod.hostPorts(), bandwidth);
    return new NodeState(
        Example.STATE.cluster(),
        Example.STATE.blocks(),
        exit,
        Example.STATE.peers(),
        List.of(limited));
  }

  private static Bandwidth both(Rate rate) {
    return new Bandwidth(Optional.of(rate), Optional.of(rate));
  }

  private static List<Flow> metered(NodeState state) {
    return Pipeline.flows(state).stream()
        .filter(flow -> flow.actions().stream().anyMatch(Action.Meter.class::isInstance))
        .toList();
  }

  @Test
  void pod_withoutLimit_needsNoMeter() {
    assertThat(Pipeline.meters(Example.STATE)).isEmpty();
    assertThat(metered(Example.STATE)).isEmpty();
  }

  @Test
  void pod_limitedInBothDirections_hasTwoMetersInEitherMode() {
    for (Exit exit : List.of(Example.UPLINK, new Gateway())) {
      NodeState state = state(exit, both(RATE));

      assertThat(Pipeline.meters(state))
          .extracting(Meter::toString)
          .containsExactly(
              "meter=1862270982 kbps burst stats bands=\ntype=drop rate=5000 burst_size=1000",
              "meter=1862270983 kbps burst stats bands=\ntype=drop rate=5000 burst_size=1000");
      assertThat(Pipeline.meters(state)).allMatch(meter -> Pipeline.isOurMeter(meter.id()));
      assertThat(metered(state))
          .extracting(Flow::table)
          .containsOnly(TableId.SPOOF_GUARD.number(), TableId.OUTPUT.number())
          .hasSize(3);
    }
  }

  @Test
  void flows_ofOneDirection_nameItsMeterAlone() {
    Bandwidth sends = new Bandwidth(Optional.empty(), Optional.of(RATE));
    Bandwidth receives = new Bandwidth(Optional.of(RATE), Optional.empty());

    assertThat(metered(state(Example.UPLINK, sends)))
        .allMatch(flow -> flow.table() == TableId.SPOOF_GUARD.number());
    assertThat(metered(state(Example.UPLINK, receives)))
        .extracting(Flow::toString)
        .singleElement()
        .asString()
        .endsWith("priority=105,reg1=0x3 actions=meter:1862270982,output:NXM_NX_REG1[]");
  }

  @Test
  void meter_ofAnyRate_letsTheLargestPacketPass() {
    assertThat(Pipeline.meters(state(Example.UPLINK, both(new Rate(1, 0)))))
        .allMatch(meter -> meter.bands().equals(List.of(new Band.Drop(1, 525))));
    assertThat(Pipeline.meters(state(Example.UPLINK, both(new Rate(Long.MAX_VALUE, 0)))))
        .allMatch(meter -> meter.bands().equals(List.of(new Band.Drop(0xffff_ffffL, 525))));
  }

  @Test
  void changes_ofARateAlone_touchNoFlow() {
    NodeState before = state(Example.UPLINK, both(RATE));
    NodeState after = state(Example.UPLINK, both(new Rate(10_000_000, 1_000_000)));

    assertThat(Pipeline.changes(before, after)).isEmpty();
    assertThat(Pipeline.meterChanges(before, after).before())
        .hasSize(2)
        .allMatch(MeterChange.Modify.class::isInstance);
    assertThat(Pipeline.meterChanges(before, after).after()).isEmpty();
  }
}
