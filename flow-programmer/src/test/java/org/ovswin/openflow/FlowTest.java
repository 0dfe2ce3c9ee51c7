package org.ovswin.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The text of flows, and what a flow or match may not be. */
final class FlowTest {
  private static final int POD = 0x0af4_0105;
  private static final int BLOCK = 0x0af4_0100;
  private static final int BLOCK_MASK = 0xffff_ff00;

  @Test
  void toString_route_isAsOvsOfctlWritesIt() {
    Match match = Match.builder().ethType(0x0800).ipv4Dst(POD).build();
    Flow flow =
        Flow.of(
            6,
            100,
            new Cookie(3, 7).toLong(),
            match,
            Actions.set(Field.ETH_DST, 0x0a58_0af4_0105L),
            Actions.DEC_TTL,
            Actions.gotoTable(8));
    assertThat(flow)
        .hasToString(
            "cookie=0xf51030000000007, table=6, priority=100,ip,nw_dst=10.244.1.5 "
                + "actions=set_field:0a:58:0a:f4:01:05->eth_dst,dec_ttl,goto_table:8");
  }

  @Test
  void toString_noActions_isDrop() {
    assertThat(Flow.of(0, 0, 0, Match.ANY)).hasToString("priority=0 actions=drop");
  }

  @Test
  void match_ofFieldsInAnyOrder_isTheSame() {
    Match one = Match.builder().inPort(3).ethType(0x0800).ipv4Dst(BLOCK, BLOCK_MASK).build();
    Match other = Match.builder().ipv4Dst(POD, BLOCK_MASK).ethType(0x0800).inPort(3).build();
    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).hasToString("ip,in_port=3,nw_dst=10.244.1.0/24");
  }

  @Test
  void match_wideRegister_isItsHalves() {
    Match wide = Match.builder().field(Field.XREG1, 0x0000_0005_0000_0000L, -1L << 32).build();
    assertThat(wide).isEqualTo(Match.builder().reg(2, 5).build());
  }

  @Test
  void build_addressWithoutEthType_saysSo() {
    assertThatThrownBy(() -> Match.builder().ipv4Dst(POD).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ip_dst=10.244.1.5 without its prerequisite (expected: eth_type 0x0800)");
  }

  @Test
  void flow_actionAfterGoto_isRefused() {
    List<Action> actions = List.of(Actions.gotoTable(1), Actions.output(1));
    assertThatThrownBy(() -> new Flow(0, 1, 0, Match.ANY, actions))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("output:1 after goto_table:1");
  }

  @Test
  void ct_withNatAndExec_isAsOvsOfctlWritesIt() {
    Action action =
        Action.Ct.commit(42)
            .withNat(Nat.src(0x0a00_00f0, new Nat.Ports(32768, 65535)))
            .withExec(Actions.set(Field.CT_MARK, 1))
            .withTable(9);
    assertThat(action.text())
        .isEqualTo(
            "ct(commit,table=9,zone=42,nat(src=10.0.0.240:32768-65535),"
                + "exec(set_field:0x1->ct_mark))");
  }
}
