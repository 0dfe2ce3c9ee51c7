package org.ovswin.agent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.MacAddress;

/**
 * What the {@link Reconciler} has been told and not looked at yet. Any thread tells, one takes, and
 * takes all at once: what queues up meanwhile is the next batch.
 *
 * <p>Bounded: callers' requests are turned away early, and of sources that may say the same a
 * thousand times only the latest word is kept. What is left is a handful of steps under way, each
 * of which reports once.
 */
final class Inbox {
  /** Requests are admitted up to this; the steps under way need far less room. */
  private static final int MAX_EVENTS = 8192;

  static final int MAX_REQUESTS = 1024;

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>(MAX_EVENTS);
  private final AtomicBoolean databaseMoved = new AtomicBoolean();
  private final Map<Family, AtomicReference<@Nullable MacAddress>> gatewayMacs =
      Map.of(Family.IPV4, new AtomicReference<>(), Family.IPV6, new AtomicReference<>());
  private volatile boolean closed;

  /** Tells the outcome of a step, or what a source with few events has to say. */
  void tell(Event event) {
    if (!closed) {
      events.add(event);
    }
  }

  /** Tells of a moved replica; while the last such word is unread, one is enough. */
  void databaseMoved() {
    if (databaseMoved.compareAndSet(false, true)) {
      tell(new Event.DatabaseMoved());
    }
  }

  /** Tells the next hop's MAC. Anybody on the link can say so at any rate: the latest counts. */
  void gatewayAnswered(Family family, MacAddress mac) {
    if (unread(family).getAndSet(mac) == null) {
      tell(new Event.GatewayAnswered(family, mac));
    }
  }

  private AtomicReference<@Nullable MacAddress> unread(Family family) {
    return Objects.requireNonNull(gatewayMacs.get(family));
  }

  /** Whether there was room for a caller's request. It is answered then, if only by a refusal. */
  boolean offer(Event request) {
    if (closed || events.size() >= MAX_REQUESTS || !events.offer(request)) {
      return false;
    }
    // Closed meanwhile: either close() has taken it with the rest, or nobody will.
    return !closed || !events.remove(request);
  }

  /** All there is, after waiting for the first; none if there was none in time. */
  List<Event> take(Duration atMost) throws InterruptedException {
    Event first = events.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
    return first == null ? List.of() : withRest(first);
  }

  private List<Event> withRest(Event first) {
    List<Event> queued = new ArrayList<>();
    queued.add(first);
    events.drainTo(queued);
    List<Event> batch = new ArrayList<>(queued.size());
    for (Event event : queued) {
      batch.add(latest(event));
    }
    return batch;
  }

  /** Read from now on, so that whatever moves after this is told anew. */
  private Event latest(Event event) {
    if (event instanceof Event.DatabaseMoved) {
      databaseMoved.set(false);
    } else if (event instanceof Event.GatewayAnswered answered) {
      MacAddress mac = unread(answered.family()).getAndSet(null);
      return mac == null ? event : new Event.GatewayAnswered(answered.family(), mac);
    }
    return event;
  }

  boolean isClosed() {
    return closed;
  }

  /** Takes nothing more in, and wakes whoever waits in {@link #take}. */
  void close() {
    closed = true;
    // Where there is no room for it, nobody waits.
    var _ = events.offer(new Event.DatabaseMoved());
  }

  /** What was told before the end and never taken. */
  List<Event> remaining() {
    List<Event> remaining = new ArrayList<>();
    events.drainTo(remaining);
    return remaining;
  }
}
