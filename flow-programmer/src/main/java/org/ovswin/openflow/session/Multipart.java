package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowStats;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.MultipartRequest;
import org.ovswin.openflow.PortDescription;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * A request that is answered by one or more messages, each with a part of the result.
 *
 * @param <T> an entry of the result
 */
abstract class Multipart<T> extends Operation<List<T>> {
  /** More entries than any node has; a switch that sends more is cut off. */
  static final int MAX_ENTRIES = 2_000_000;

  private final Message.Request request;
  private final List<T> entries = new ArrayList<>();
  private boolean written;

  Multipart(String name, Message.Request request) {
    super(name);
    this.request = request;
  }

  /** The flows whose cookie agrees in the bits of the mask. */
  static Multipart<Flow> flows(long cookie, long cookieMask) {
    return new Multipart<>("flow dump", Message.FlowStatsRequest.ofCookie(cookie, cookieMask)) {
      @Override
      Message.More take(Message message, List<Flow> into) {
        if (!(message instanceof Message.FlowStatsReply(Message.More more, var flows))) {
          throw new IllegalStateException("flow dump answered by " + message);
        }
        for (FlowStats stats : flows) {
          into.add(stats.flow());
        }
        return more;
      }
    };
  }

  /** The groups of the bridge. */
  static Multipart<Group> groups() {
    return new Multipart<>("group dump", new MultipartRequest.GroupDescriptions(Group.ALL)) {
      @Override
      Message.More take(Message message, List<Group> into) {
        if (!(message instanceof MultipartReply.GroupDescriptions(var more, var groups))) {
          throw new IllegalStateException("group dump answered by " + message);
        }
        into.addAll(groups);
        return more;
      }
    };
  }

  /** The meters of the bridge. */
  static Multipart<Meter> meters() {
    return new Multipart<>("meter dump", new MultipartRequest.MeterConfigs(Meter.ALL)) {
      @Override
      Message.More take(Message message, List<Meter> into) {
        if (!(message instanceof MultipartReply.MeterConfigs(var more, var meters))) {
          throw new IllegalStateException("meter dump answered by " + message);
        }
        into.addAll(meters);
        return more;
      }
    };
  }

  /** The ports of the bridge. */
  static Multipart<PortDescription> ports() {
    return new Multipart<>("port description", new Message.PortDescRequest()) {
      @Override
      Message.More take(Message message, List<PortDescription> into) {
        if (!(message instanceof Message.PortDescReply(Message.More more, var ports))) {
          throw new IllegalStateException("port description answered by " + message);
        }
        into.addAll(ports);
        return more;
      }
    };
  }

  /**
   * Adds what a part carries.
   *
   * @throws IllegalStateException the message is no part of this result
   */
  abstract Message.More take(Message message, List<T> into);

  @Override
  final boolean writeNext(Session session, ByteBuf out) {
    if (written) {
      return false;
    }
    written = true;
    int xid = session.takeXids(1);
    session.await(xid, this);
    MessageEncoder.write(out, session.version(), xid, request);
    return true;
  }

  @Override
  final void onMessage(Session session, int xid, Message message) {
    Message.More more = take(message, entries);
    if (more == Message.More.LAST) {
      session.complete(this, List.copyOf(entries));
    } else if (entries.size() > MAX_ENTRIES) {
      session.close(name() + ": more than " + MAX_ENTRIES + " entries");
    }
  }
}
