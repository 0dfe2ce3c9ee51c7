package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.FlowStats;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.RandomFlows;
import org.ovswin.openflow.Version;

/** What is written is read back, and nothing that can be read breaks the reader. */
final class RoundTripTest {
  private static final long SEED = 20261123;
  private static final int FLOWS = 2000;
  private static final int MUTATIONS = 60_000;

  @ParameterizedTest
  @EnumSource(Version.class)
  void randomFlows_writtenAndRead_areTheSame(Version version) {
    RandomFlows random = RandomFlows.ofEverything(SEED);
    for (int i = 0; i < FLOWS; i++) {
      Flow flow = random.next();
      Message stats =
          new Message.FlowStatsReply(
              Message.More.LAST, List.of(new FlowStats(flow, 5_000_000_007L, 3, 180)));
      Message.FlowStatsReply read = (Message.FlowStatsReply) reread(version, stats);
      FlowStats entry = read.flows().getFirst();
      assertThat(entry.flow().key()).as("seed %d flow %d", SEED, i).isEqualTo(flow.key());
      assertThat(FlowDiff.same(entry.flow(), flow)).as("%s / %s", entry.flow(), flow).isTrue();
      assertThat(entry.durationNanos()).isEqualTo(5_000_000_007L);

      Message mod = Message.FlowMod.of(new FlowChange.Add(flow));
      String once = Vectors.encode(new OpenFlowMessage(version, i, mod));
      Message modRead = MessageDecoder.read(Vectors.bytes(once)).body();
      assertThat(Vectors.encode(new OpenFlowMessage(version, i, modRead))).isEqualTo(once);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void everyKindOfMessage_writtenAndRead_isTheSame(Version version) {
    for (Message message : MessageSamples.of(version)) {
      assertThat(reread(version, message)).isEqualTo(message);
    }
  }

  private static Message reread(Version version, Message message) {
    String hex = Vectors.encode(new OpenFlowMessage(version, 5, message));
    return MessageDecoder.read(Vectors.bytes(hex)).body();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void mutatedMessages_areReadOrRefused(Version version) {
    RandomFlows flows = RandomFlows.ofEverything(SEED);
    Random random = new Random(SEED);
    List<Message> samples = MessageSamples.of(version);
    for (int i = 0; i < MUTATIONS / 20; i++) {
      Message message =
          i % 2 == 0
              ? Message.FlowMod.of(new FlowChange.Add(flows.next()))
              : samples.get(random.nextInt(samples.size()));
      byte[] bytes =
          ByteBufUtil.decodeHexDump(Vectors.encode(new OpenFlowMessage(version, i, message)));
      for (int mutation = 0; mutation < 20; mutation++) {
        byte[] mutated = bytes.clone();
        for (int n = 1 + random.nextInt(3); n > 0 && mutated.length > 4; n--) {
          mutated[4 + random.nextInt(mutated.length - 4)] = (byte) random.nextInt();
        }
        readsOrRefuses(mutated);
      }
    }
  }

  @Test
  void randomBytes_areReadOrRefused() {
    Random random = new Random(SEED);
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = new byte[8 + random.nextInt(120)];
      random.nextBytes(bytes);
      bytes[0] = (byte) (4 + random.nextInt(3));
      bytes[1] = (byte) random.nextInt(36);
      bytes[2] = 0;
      bytes[3] = (byte) bytes.length;
      readsOrRefuses(bytes);
    }
  }

  @Test
  void truncatedMessages_areRefusedWithOffset() {
    Message mod = Message.FlowMod.of(new FlowChange.Add(new RandomFlows(1).next()));
    String hex = Vectors.encode(new OpenFlowMessage(Version.V1_5, 1, mod));
    for (int length = 0; length < hex.length(); length += 2) {
      ByteBuf cut = Vectors.bytes(hex.substring(0, length));
      assertThatThrownBy(() -> MessageDecoder.read(cut))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessageStartingWith("byte ");
    }
  }

  /** The fuzzer found it: the seconds, carried over, became those that are not known. */
  @Test
  void durationOfTheLastSecond_withTooManyNanoseconds_staysAsItIs() {
    readsOrRefuses(
        ByteBufUtil.decodeHexDump(
            "040b0038000000010000000000000000"
                + "00000000fffffffeffffffff00000000"
                + "00".repeat(16)
                + "0001000400000000"));
  }

  @Test
  void actionsNestedWithoutEnd_areRefused() {
    StringBuilder clones = new StringBuilder();
    int depth = 300;
    for (int i = depth; i > 0; i--) {
      clones.append("ffff%04x00002320002a000000000000".formatted(16 * i));
    }
    int length = 16 * depth;
    ByteBuf out = Unpooled.buffer();
    out.writeBytes(ByteBufUtil.decodeHexDump("040d0000" + "00000001"));
    out.writeInt(-1).writeInt(1).writeShort(length).writeZero(6);
    out.writeBytes(ByteBufUtil.decodeHexDump(clones.toString()));
    out.setShort(2, out.writerIndex());
    assertThatThrownBy(() -> MessageDecoder.read(out))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("nested deeper than");
  }

  private static void readsOrRefuses(byte[] bytes) {
    assertThatCode(
            () -> {
              try {
                OpenFlowMessage read = MessageDecoder.read(Unpooled.wrappedBuffer(bytes));
                assertThat(read.text()).isNotEmpty();
                // Once written, it stays as it is.
                String once = Vectors.encode(read);
                OpenFlowMessage again = MessageDecoder.read(Vectors.bytes(once));
                assertThat(Vectors.encode(again)).isEqualTo(once);
              } catch (MalformedMessageException e) {
                assertThat(e.offset()).isBetween(0, bytes.length);
              }
            })
        .as("seed %d bytes %s", SEED, ByteBufUtil.hexDump(bytes))
        .doesNotThrowAnyException();
  }
}
