package org.ovswin.openflow.session;

import java.time.Duration;
import java.util.List;
import org.ovswin.openflow.Version;

/**
 * The bounds of a connection.
 *
 * @param versions offered, the newest that the switch has is used
 * @param requestTimeout after which a request that was not answered fails
 * @param handshakeTimeout from the connect to the end of the handshake
 * @param probeAfter silence of the switch after which an echo is sent
 * @param deadAfter silence after that echo, after which the connection is given up
 * @param backoffMin pause before the first new attempt to connect; doubled with each failure
 * @param backoffMax the longest pause
 * @param requestQueue how many requests may be in flight; more fail at once
 * @param packetInQueue how many packet-ins may wait for the listener; more are dropped
 * @param bulkConnections how many more connections are opened for a large load: the switch takes
 *     about 50 messages of each in one pass of its loop, and with many ports a pass is long
 * @param reconcileTimeout how long a reconcile goes on where the connection goes and comes
 */
public record SessionConfig(
    List<Version> versions,
    Duration requestTimeout,
    Duration handshakeTimeout,
    Duration probeAfter,
    Duration deadAfter,
    Duration backoffMin,
    Duration backoffMax,
    int requestQueue,
    int packetInQueue,
    int bulkConnections,
    Duration reconcileTimeout) {

  public SessionConfig {
    versions = List.copyOf(versions);
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("versions: none (expected: at least one)");
    }
    if (bulkConnections < 1) {
      throw new IllegalArgumentException(
          "bulk connections: " + bulkConnections + " (expected: at least 1)");
    }
  }

  /** Meant for a switch on the same machine, where trying to connect costs nothing. */
  public static SessionConfig defaults() {
    return new SessionConfig(
        List.of(Version.V1_5, Version.V1_4, Version.V1_3),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMillis(20),
        Duration.ofSeconds(1),
        1024,
        1024,
        8,
        Duration.ofMinutes(1));
  }

  /** The same, speaking only these versions. */
  public SessionConfig withVersions(Version... only) {
    return new SessionConfig(
        List.of(only),
        requestTimeout,
        handshakeTimeout,
        probeAfter,
        deadAfter,
        backoffMin,
        backoffMax,
        requestQueue,
        packetInQueue,
        bulkConnections,
        reconcileTimeout);
  }

  /** The same with another time after which requests fail. */
  public SessionConfig withRequestTimeout(Duration timeout) {
    return new SessionConfig(
        versions,
        timeout,
        handshakeTimeout,
        probeAfter,
        deadAfter,
        backoffMin,
        backoffMax,
        requestQueue,
        packetInQueue,
        bulkConnections,
        reconcileTimeout);
  }

  /** The same with other bounds of silence. */
  public SessionConfig withLiveness(Duration probe, Duration dead) {
    return new SessionConfig(
        versions,
        requestTimeout,
        handshakeTimeout,
        probe,
        dead,
        backoffMin,
        backoffMax,
        requestQueue,
        packetInQueue,
        bulkConnections,
        reconcileTimeout);
  }

  /** The same with another number of connections for large loads. */
  public SessionConfig withBulkConnections(int connections) {
    return new SessionConfig(
        versions,
        requestTimeout,
        handshakeTimeout,
        probeAfter,
        deadAfter,
        backoffMin,
        backoffMax,
        requestQueue,
        packetInQueue,
        connections,
        reconcileTimeout);
  }

  /** The same with another time within which a reconcile must come through. */
  public SessionConfig withReconcileTimeout(Duration timeout) {
    return new SessionConfig(
        versions,
        requestTimeout,
        handshakeTimeout,
        probeAfter,
        deadAfter,
        backoffMin,
        backoffMax,
        requestQueue,
        packetInQueue,
        bulkConnections,
        timeout);
  }
}
