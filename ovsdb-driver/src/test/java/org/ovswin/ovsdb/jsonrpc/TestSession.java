package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A session whose events are taken one by one. */
final class TestSession implements AutoCloseable, OvsdbSession.Listener {

  private static final long BOUND_SECONDS = 30;

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final OvsdbSession session;

  private TestSession(SessionOptions options) {
    session = OvsdbSession.open(options, this);
  }

  /** Opens a session and waits until it is connected. */
  static TestSession open(SessionOptions options) throws InterruptedException {
    TestSession session = new TestSession(options);
    session.awaitEvent("connected");
    return session;
  }

  /** Opens a session whose first events the test takes. */
  static TestSession start(SessionOptions options) {
    return new TestSession(options);
  }

  OvsdbSession session() {
    return session;
  }

  OvsdbClient client() {
    return new OvsdbClient(session);
  }

  JsonNode schema(String database) throws Exception {
    return client().getSchema(database).get();
  }

  /** Passes events over until one starts like this, and returns it. */
  String awaitEvent(String start) throws InterruptedException {
    List<String> passed = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (true) {
      String event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new AssertionError(
            "no event \"" + start + "\" after " + passed.stream().limit(10).toList());
      }
      if (event.startsWith(start)) {
        return event;
      }
      passed.add(event);
    }
  }

  @Override
  public void connected() {
    events.add("connected");
  }

  @Override
  public void disconnected(String reason) {
    events.add("disconnected: " + reason);
  }

  @Override
  public void notified(String method, JsonNode params) {
    events.add("notified: " + method + " " + params);
  }

  @Override
  public void close() {
    session.close();
  }
}
