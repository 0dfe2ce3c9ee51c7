package org.ovswin.openflow.session;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings events to a listener on a thread of their own, in order. What the connection is doing is
 * never dropped, and comes no faster than it can be tried again; packet-ins are dropped when too
 * many wait.
 */
final class Events implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Events.class);

  /** One call of the listener. */
  private sealed interface Event {
    record Up(Version version) implements Event {}

    record Down(String reason) implements Event {}

    record Packet(Message.PacketIn packetIn) implements Event {}

    record Stop() implements Event {}
  }

  private final SwitchListener listener;
  private final int bound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition nonEmpty = lock.newCondition();
  private final Queue<Event> queue = new ArrayDeque<>();
  private final Thread thread;
  private int packets;
  private long dropped;

  Events(SwitchListener listener, int bound, String name) {
    this.listener = listener;
    this.bound = bound;
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  void up(Version version) {
    put(new Event.Up(version));
  }

  void down(String reason) {
    put(new Event.Down(reason));
  }

  void packetIn(Message.PacketIn packetIn) {
    lock.lock();
    try {
      if (packets >= bound) {
        dropped++;
        return;
      }
      packets++;
      queue.add(new Event.Packet(packetIn));
      nonEmpty.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Packet-ins that were dropped so far. */
  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  private void put(Event event) {
    lock.lock();
    try {
      queue.add(event);
      nonEmpty.signal();
    } finally {
      lock.unlock();
    }
  }

  private Event take() {
    lock.lock();
    try {
      while (queue.isEmpty()) {
        nonEmpty.awaitUninterruptibly();
      }
      Event event = queue.remove();
      if (event instanceof Event.Packet) {
        packets--;
      }
      return event;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      Event event = take();
      if (event instanceof Event.Stop) {
        return;
      }
      try {
        deliver(event);
      } catch (RuntimeException e) {
        log.error("event=listener_failed call={}", event.getClass().getSimpleName(), e);
      }
    }
  }

  private void deliver(Event event) {
    switch (event) {
      case Event.Up(Version version) -> listener.connected(version);
      case Event.Down(String reason) -> listener.disconnected(reason);
      case Event.Packet(Message.PacketIn packetIn) -> listener.packetIn(packetIn);
      case Event.Stop() -> {}
    }
  }

  /** Ends the thread after what waits has been delivered; does not wait for it. */
  @Override
  public void close() {
    put(new Event.Stop());
  }

  /** Whether this is the listener's thread, which must not wait for itself. */
  boolean isCurrentThread() {
    return Thread.currentThread().equals(thread);
  }
}
