package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.RandomFlows;
import org.ovswin.openflow.Version;

/** The quick way to write flow-mods gives what the way by messages gives. */
final class FlowModEncoderTest {
  private static final long SEED = 20261123;
  private static final int FLOWS = 2000;

  @ParameterizedTest
  @EnumSource(Version.class)
  void changes_writtenWithoutAMessage_areTheSameBytes(Version version) {
    RandomFlows random = RandomFlows.ofEverything(SEED);
    for (int i = 0; i < FLOWS; i++) {
      Flow flow = random.next();
      FlowChange change =
          switch (i % 3) {
            case 0 -> new FlowChange.Add(flow);
            case 1 -> new FlowChange.ModifyStrict(flow);
            default -> new FlowChange.DeleteStrict(flow);
          };
      Message mod = Message.FlowMod.of(change);
      ByteBuf out = Unpooled.buffer();
      MessageEncoder.writeFlowMod(out, version, i, change);
      assertThat(ByteBufUtil.hexDump(out))
          .as("seed %d: %s", SEED, flow)
          .isEqualTo(Vectors.encode(new OpenFlowMessage(version, i, mod)));
      out.clear();
      MessageEncoder.writeBundleAdd(out, version, i, 0x8000_0001, 3, change);
      assertThat(ByteBufUtil.hexDump(out))
          .as("seed %d: %s", SEED, flow)
          .isEqualTo(
              Vectors.encode(
                  new OpenFlowMessage(version, i, new Message.BundleAdd(0x8000_0001, 3, mod))));
    }
  }

  @Test
  void change_longerThanAMessage_isRefusedAndLeavesNothing() {
    List<Action> actions = Collections.nCopies(5000, Actions.output(1));
    FlowChange change = new FlowChange.Add(new Flow(0, 1, 2, Match.ANY, actions));
    ByteBuf out = Unpooled.buffer();
    out.writeInt(7);
    assertThatThrownBy(() -> MessageEncoder.writeFlowMod(out, Version.V1_5, 1, change))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: at most 65535");
    assertThatThrownBy(() -> MessageEncoder.writeBundleAdd(out, Version.V1_5, 1, 2, 3, change))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(out.readableBytes()).isEqualTo(4);
  }
}
