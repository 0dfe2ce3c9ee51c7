package org.ovswin.ovsdb.vswitch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a {@link VswitchListener} on one thread, in order, and folds what piles up meanwhile: a
 * snapshot replaces the one before it, and a reconnection that nobody saw is passed over. So it
 * never holds more than three events.
 */
final class ListenerQueue {

  private static final Logger log = LoggerFactory.getLogger(ListenerQueue.class);

  private sealed interface Event {}

  private record Connected(VswitchSnapshot snapshot) implements Event {}

  private record Changed(VswitchSnapshot snapshot) implements Event {}

  private record Disconnected(String reason) implements Event {}

  private final VswitchListener listener;
  private final Deque<Event> events = new ArrayDeque<>();
  private boolean closed;

  ListenerQueue(String name, VswitchListener listener) {
    this.listener = listener;
    Thread.ofVirtual().name(name).start(this::run);
  }

  synchronized void connected(VswitchSnapshot snapshot) {
    add(new Connected(snapshot));
  }

  synchronized void changed(VswitchSnapshot snapshot) {
    if (events.peekLast() instanceof Connected) {
      events.removeLast();
      add(new Connected(snapshot));
      return;
    }
    if (events.peekLast() instanceof Changed) {
      events.removeLast();
    }
    add(new Changed(snapshot));
  }

  synchronized void disconnected(String reason) {
    if (events.peekLast() instanceof Changed) {
      events.removeLast();
    }
    if (events.size() > 1 && events.peekLast() instanceof Connected) {
      // It is told of a disconnection already; that it was over for a while is past.
      events.removeLast();
      return;
    }
    add(new Disconnected(reason));
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void add(Event event) {
    events.addLast(event);
    notifyAll();
  }

  private void run() {
    for (Optional<Event> event = take(); event.isPresent(); event = take()) {
      try {
        switch (event.get()) {
          case Connected(VswitchSnapshot snapshot) -> listener.connected(snapshot);
          case Changed(VswitchSnapshot snapshot) -> listener.changed(snapshot);
          case Disconnected(String reason) -> listener.disconnected(reason);
        }
      } catch (RuntimeException e) {
        // The listener's own fault; the next snapshot is a new chance for it.
        log.error("event=vswitch-listener-failure", e);
      }
    }
  }

  /** Empty when closed. */
  private synchronized Optional<Event> take() {
    while (events.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException _) {
        return Optional.empty();
      }
    }
    return closed ? Optional.empty() : Optional.of(events.removeFirst());
  }
}
