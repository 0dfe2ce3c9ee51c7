package org.ovswin.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.ovswin.openflow.FlowParser;
import org.ovswin.openflow.FlowStats;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageDecoder;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * How many flows of a dump does one core read a second?
 *
 * <p>{@code ./ovs-win bench jmh DecodeBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecodeBenchmark {
  /** About what fits into one reply of at most 64 KB. */
  private static final int FLOWS = 200;

  /** What the flows are like. */
  public enum Shape {
    L3(
        "table=5,priority=100,cookie=0x%x,ip,nw_dst=10.1.0.%d actions=dec_ttl,"
            + "set_field:02:00:00:00:00:01->eth_src,set_field:02:00:00:00:00:02->eth_dst,"
            + "set_field:0x3->reg1,goto_table:80"),
    CT_NAT(
        "table=5,priority=100,cookie=0x%x,ip,ct_state=+new+trk,nw_src=10.1.0.%d "
            + "actions=ct(commit,table=6,zone=5,nat(src=172.16.0.1:1000-2000),"
            + "exec(set_field:0x1->ct_mark))"),
    CONJUNCTION("table=5,priority=100,cookie=0x%x,ip,nw_src=10.1.0.%d actions=conjunction(77,1/2)");

    private final String text;

    Shape(String text) {
      this.text = text;
    }
  }

  @Param private Shape shape = Shape.L3;

  private ByteBuf reply = Unpooled.EMPTY_BUFFER;

  /** A part of a flow statistics reply, as the switch sends it. */
  @Setup(Level.Trial)
  public void prepare() {
    List<FlowStats> flows = new ArrayList<>();
    for (int i = 0; i < FLOWS; i++) {
      flows.add(
          new FlowStats(FlowParser.parse(shape.text.formatted(i, i)), 1_000_000L * i, 10, 1000));
    }
    reply = Unpooled.directBuffer();
    MessageEncoder.write(
        reply, Version.V1_5, 1, new Message.FlowStatsReply(Message.More.LAST, flows));
  }

  /** Bytes to {@code Flow} objects. */
  @Benchmark
  @OperationsPerInvocation(FLOWS)
  public OpenFlowMessage flowStats() {
    return MessageDecoder.read(reply);
  }
}
