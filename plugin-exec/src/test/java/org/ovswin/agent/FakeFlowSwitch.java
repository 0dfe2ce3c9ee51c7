package org.ovswin.agent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;

/**
 * One agent's OpenFlow session with the bridge of a {@link Machine}. Requests are answered when the
 * test says so, in their order.
 */
final class FakeFlowSwitch implements FlowSwitch {
  private final Machine machine;
  private final Runnable beforeCall;
  private final Deque<Request> requests = new ArrayDeque<>();
  private final List<byte[]> sent = new ArrayList<>();

  /** Answers that have come and that the agent has not been told of yet. */
  private final Deque<Runnable> untold = new ArrayDeque<>();

  private int sessions;
  private boolean up;
  private boolean known;
  private int applies;
  private int dumps;

  private sealed interface Request {
    record Dump(CompletableFuture<List<Flow>> done) implements Request {}

    record Apply(List<FlowChange> changes, CompletableFuture<Void> done) implements Request {}
  }

  FakeFlowSwitch(Machine machine, Runnable beforeCall) {
    this.machine = machine;
    this.beforeCall = beforeCall;
  }

  @Override
  public CompletableFuture<List<Flow>> dump() {
    beforeCall.run();
    dumps++;
    requireIdle();
    CompletableFuture<List<Flow>> done = new CompletableFuture<>();
    if (up) {
      requests.add(new Request.Dump(done));
    } else {
      done.completeExceptionally(disconnected());
    }
    return done;
  }

  @Override
  public CompletableFuture<Void> apply(List<FlowChange> changes) {
    beforeCall.run();
    applies++;
    requireIdle();
    if (changes.isEmpty()) {
      throw new AssertionError("a bundle of nothing");
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (up) {
      requests.add(new Request.Apply(List.copyOf(changes), done));
    } else {
      done.completeExceptionally(disconnected());
    }
    return done;
  }

  private void requireIdle() {
    if (!requests.isEmpty()) {
      throw new AssertionError("a second request before the first was answered");
    }
  }

  private static RuntimeException disconnected() {
    return new IllegalStateException("no OpenFlow session");
  }

  @Override
  public void send(int port, byte[] frame) {
    beforeCall.run();
    sent.add(frame);
  }

  boolean isUp() {
    return up;
  }

  /**
   * Whether the agent has had an answer that tells it the flows, and nothing has gone wrong since.
   */
  boolean isKnown() {
    return known;
  }

  int applies() {
    return applies;
  }

  int dumps() {
    return dumps;
  }

  /** Frames sent so far. */
  List<byte[]> sent() {
    return sent;
  }

  boolean isBusy() {
    return !requests.isEmpty() || !untold.isEmpty();
  }

  /** What is on its way to the switch. */
  List<FlowChange> underWay() {
    return requests.stream()
        .filter(Request.Apply.class::isInstance)
        .flatMap(request -> ((Request.Apply) request).changes().stream())
        .toList();
  }

  void connect() {
    sessions++;
    up = true;
    known = false;
  }

  /** The session goes; whether the switch still does what was asked is the test's choice. */
  void disconnect() {
    up = false;
    known = false;
    List<Request> lost = List.copyOf(requests);
    requests.clear();
    for (Request request : lost) {
      switch (request) {
        case Request.Dump dump -> dump.done().completeExceptionally(disconnected());
        case Request.Apply apply -> apply.done().completeExceptionally(disconnected());
      }
    }
  }

  /** The switch does what was asked, but the answer is not there yet. */
  void perform() {
    for (Request request : requests) {
      if (request instanceof Request.Apply apply) {
        machine.apply(apply.changes());
      }
    }
  }

  /** The switch does what was asked first and answers. */
  void answer() {
    if (!requests.isEmpty()) {
      answerLater();
    }
    tell();
  }

  /** As {@link #answer}, but the agent is told later: perhaps when the session has gone. */
  void answerLater() {
    int session = sessions;
    switch (requests.pop()) {
      case Request.Dump dump -> {
        List<Flow> flows = machine.dump();
        untold.add(
            () -> {
              known = up && session == sessions;
              dump.done().complete(flows);
            });
      }
      case Request.Apply apply -> {
        machine.apply(apply.changes());
        untold.add(() -> apply.done().complete(null));
      }
    }
  }

  /** The agent is told of an answer. */
  void tell() {
    untold.pop().run();
  }

  boolean hasRequests() {
    return !requests.isEmpty();
  }

  boolean hasUntold() {
    return !untold.isEmpty();
  }

  /** The switch refuses what was asked first. */
  void refuse() {
    known = false;
    switch (requests.pop()) {
      case Request.Dump dump -> dump.done().completeExceptionally(new IllegalStateException("no"));
      case Request.Apply apply ->
          apply.done().completeExceptionally(new IllegalStateException("refused"));
    }
  }

  @Override
  public void close() {}
}
