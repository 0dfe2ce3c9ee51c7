package org.ovswin.bench.flows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Message.BundleControl;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * Messages that are ready to be written.
 *
 * @param lastXid of the one whose answer says that the switch has done all
 */
record Encoded(ByteBuf messages, int lastXid) implements AutoCloseable {
  private static final int BUNDLE_FLAGS = BundleControl.ATOMIC | BundleControl.ORDERED;

  /** The changes and a barrier. */
  static Encoded plain(List<? extends FlowChange> changes) {
    ByteBuf out = Unpooled.directBuffer();
    int xid = 1;
    for (FlowChange change : changes) {
      MessageEncoder.write(out, Version.V1_5, xid++, Message.FlowMod.of(change));
    }
    MessageEncoder.write(out, Version.V1_5, xid, new Message.BarrierRequest());
    return new Encoded(out, xid);
  }

  /** The changes in one bundle, committed without a look at errors. */
  static Encoded bundle(List<? extends FlowChange> changes) {
    ByteBuf out = Unpooled.directBuffer();
    int xid = writeBundle(out, 1, changes);
    writeControl(out, xid, 1, BundleControl.Kind.COMMIT_REQUEST);
    return new Encoded(out, xid);
  }

  /** The changes in a bundle that is not committed yet, and a barrier. */
  static Encoded uncommitted(int bundleId, List<? extends FlowChange> changes) {
    ByteBuf out = Unpooled.directBuffer();
    int xid = writeBundle(out, bundleId, changes);
    MessageEncoder.write(out, Version.V1_5, xid, new Message.BarrierRequest());
    return new Encoded(out, xid);
  }

  /** The commit of {@link #uncommitted}. */
  static Encoded commit(int bundleId) {
    ByteBuf out = Unpooled.directBuffer();
    int xid = 0x4000_0000;
    writeControl(out, xid, bundleId, BundleControl.Kind.COMMIT_REQUEST);
    return new Encoded(out, xid);
  }

  /** Deletes the flows whose cookie agrees in the bits of the mask, and a barrier. */
  static Encoded delete(long cookie, long cookieMask) {
    ByteBuf out = Unpooled.directBuffer();
    MessageEncoder.write(out, Version.V1_5, 1, deletion(cookie, cookieMask));
    MessageEncoder.write(out, Version.V1_5, 2, new Message.BarrierRequest());
    return new Encoded(out, 2);
  }

  /** Asks for all flows. */
  static Encoded dump() {
    ByteBuf out = Unpooled.directBuffer();
    MessageEncoder.write(out, Version.V1_5, 1, Message.FlowStatsRequest.ofCookie(0, 0));
    return new Encoded(out, 1);
  }

  private static Message.FlowMod deletion(long cookie, long cookieMask) {
    return new Message.FlowMod(
        Message.FlowMod.Command.DELETE,
        Message.FlowMod.ALL_TABLES,
        0,
        cookie,
        cookieMask,
        Match.ANY,
        List.of(),
        0,
        0,
        java.util.Set.of(),
        0,
        Message.NO_BUFFER,
        PortNo.ANY,
        Message.FlowMod.ANY_GROUP);
  }

  private static int writeBundle(ByteBuf out, int bundleId, List<? extends FlowChange> changes) {
    int xid = 1;
    writeControl(out, xid++, bundleId, BundleControl.Kind.OPEN_REQUEST);
    for (FlowChange change : changes) {
      Message.FlowMod mod = Message.FlowMod.of(change);
      MessageEncoder.write(
          out, Version.V1_5, xid++, new Message.BundleAdd(bundleId, BUNDLE_FLAGS, mod));
    }
    return xid;
  }

  private static void writeControl(ByteBuf out, int xid, int bundleId, BundleControl.Kind kind) {
    MessageEncoder.write(out, Version.V1_5, xid, new BundleControl(bundleId, kind, BUNDLE_FLAGS));
  }

  @Override
  public void close() {
    messages.release();
  }
}
