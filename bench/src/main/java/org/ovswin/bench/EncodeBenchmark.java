package org.ovswin.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
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
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowParser;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * How many flow-mods a second does one core write, and how far is that from copying bytes that are
 * there already?
 *
 * <p>{@code ./ovs-win bench jmh EncodeBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncodeBenchmark {
  private static final int FLOWS = 1024;
  private static final int BUNDLE = 7;

  /** What the flows are like. */
  public enum Shape {
    /** The simplest flow that routes. */
    OUTPUT("table=5,priority=100,cookie=0x%x,ip,nw_dst=%s actions=output:3"),
    /** A typical flow that routes. */
    L3(
        "table=5,priority=100,cookie=0x%x,ip,nw_dst=%s actions=dec_ttl,"
            + "set_field:02:00:00:00:00:01->eth_src,set_field:02:00:00:00:00:02->eth_dst,"
            + "set_field:0x3->reg1,goto_table:80"),
    /** Through connection tracking, with address translation. */
    CT_NAT(
        "table=5,priority=100,cookie=0x%x,ip,ct_state=+new+trk,nw_src=%s "
            + "actions=ct(commit,table=6,zone=5,nat(src=172.16.0.1:1000-2000),"
            + "exec(set_field:0x1->ct_mark))"),
    /** A dimension of a conjunctive match. */
    CONJUNCTION("table=5,priority=100,cookie=0x%x,ip,nw_src=%s actions=conjunction(77,1/2)"),
    /** To a group. */
    GROUP("table=5,priority=100,cookie=0x%x,tcp,nw_dst=%s,tp_dst=80 actions=group:42");

    private final String text;

    Shape(String text) {
      this.text = text;
    }

    FlowChange flow(int index) {
      String address = "10.1.%d.%d".formatted(index >>> 8 & 0xff, index & 0xff);
      return new FlowChange.Add(FlowParser.parse(text.formatted(index + 1, address)));
    }
  }

  @Param({"V1_3", "V1_5"})
  private Version version = Version.V1_5;

  @Param private Shape shape = Shape.L3;

  private final List<FlowChange> changes = new ArrayList<>();
  private final List<byte[]> encoded = new ArrayList<>();
  private final ByteBuf out = Unpooled.directBuffer(FLOWS * 1024);

  /** The flows, and their bytes. */
  @Setup(Level.Trial)
  public void prepare() {
    for (int i = 0; i < FLOWS; i++) {
      FlowChange change = shape.flow(i);
      changes.add(change);
      out.clear();
      MessageEncoder.write(out, version, i, Message.FlowMod.of(change));
      encoded.add(ByteBufUtil.getBytes(out));
    }
  }

  /** The ceiling: bytes that were made beforehand, message by message. */
  @Benchmark
  @OperationsPerInvocation(FLOWS)
  public int ceiling() {
    out.clear();
    for (int i = 0; i < FLOWS; i++) {
      out.writeBytes(encoded.get(i));
    }
    return out.writerIndex();
  }

  /** Straight from the change. */
  @Benchmark
  @OperationsPerInvocation(FLOWS)
  public int flowMod() {
    out.clear();
    for (int i = 0; i < FLOWS; i++) {
      MessageEncoder.writeFlowMod(out, version, i, changes.get(i));
    }
    return out.writerIndex();
  }

  /** Straight from the change, in a bundle. */
  @Benchmark
  @OperationsPerInvocation(FLOWS)
  public int bundleAdd() {
    out.clear();
    for (int i = 0; i < FLOWS; i++) {
      MessageEncoder.writeBundleAdd(out, version, i, BUNDLE, 0, changes.get(i));
    }
    return out.writerIndex();
  }

  /** By way of a message. */
  @Benchmark
  @OperationsPerInvocation(FLOWS)
  public int message() {
    out.clear();
    for (int i = 0; i < FLOWS; i++) {
      MessageEncoder.write(out, version, i, Message.FlowMod.of(changes.get(i)));
    }
    return out.writerIndex();
  }
}
