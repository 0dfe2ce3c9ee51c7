package org.ovswin.pipeline;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;

/**
 * The flows of a node, made while they are asked for, table by table, the last table first: only
 * those of one object in one table are in memory at once. Each iterator is for one thread.
 */
final class FlowSource implements Iterable<Flow> {
  private static final int MISS_PRIORITY = 0;

  private final NodeState state;

  FlowSource(NodeState state) {
    this.state = state;
  }

  @Override
  public Iterator<Flow> iterator() {
    return new Cursor(state);
  }

  private static final class Cursor implements Iterator<Flow> {
    private final NodeState state;
    private final Iterator<FlowTable> tables;
    private final Queue<Flow> made = new ArrayDeque<>();
    private FlowTable table;
    private Iterator<Peer> peers = Collections.emptyIterator();
    private Iterator<Pod> pods = Collections.emptyIterator();

    Cursor(NodeState state) {
      List<FlowTable> all = Pipeline.tables(state.exit());
      this.state = state;
      this.tables = all.reversed().iterator();
      this.table = all.getLast();
    }

    @Override
    public boolean hasNext() {
      while (made.isEmpty()) {
        if (peers.hasNext()) {
          Peer peer = peers.next();
          state
              .uplink()
              .ifPresent(uplink -> table.peer(uplink, peer, sink(Pipeline.peerCookie(peer))));
        } else if (pods.hasNext()) {
          Pod pod = pods.next();
          table.pod(state.exit(), pod, sink(Pipeline.podCookie(pod.address())));
        } else if (tables.hasNext()) {
          table = tables.next();
          node();
          peers = state.peers().byAddress().iterator();
          pods = state.pods().iterator();
        } else {
          return false;
        }
      }
      return true;
    }

    private void node() {
      FlowSink sink = sink(Pipeline.NODE_COOKIE);
      table.node(state.exit(), sink);
      state
          .uplink()
          .ifPresent(uplink -> state.cluster().forEach(range -> table.range(uplink, range, sink)));
      state.blocks().forEach(block -> table.block(state.exit(), block, sink));
      // The miss is spelled out, so that its counter shows what was dropped where.
      if (made.stream().noneMatch(flow -> flow.priority() == MISS_PRIORITY)) {
        sink.flow(MISS_PRIORITY, Match.builder());
      }
    }

    private FlowSink sink(long cookie) {
      return new FlowSink(table.id(), cookie, made::add);
    }

    @Override
    public Flow next() {
      if (!hasNext()) {
        throw new NoSuchElementException("no more flows");
      }
      return made.remove();
    }
  }
}
