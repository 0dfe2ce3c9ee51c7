package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.ovswin.ovsdb.vswitch.Vswitch;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration database's part: its replica, and the one transaction under way. Used by the
 * reconciler's thread alone.
 */
final class RowSide {
  private static final Logger LOG = LoggerFactory.getLogger(RowSide.class);

  /**
   * After a failure, and before the same rows are asked for again because the replica moved: where
   * somebody else writes them too, the two must not keep the database busy.
   */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Vswitch vswitch;
  private final Consumer<Event> tell;
  private State state = State.FAILED;
  private List<VswitchChange> asked = List.of();
  private VswitchSnapshot askedAt = VswitchSnapshot.NOTHING;
  private Instant notBefore = Instant.MIN;

  /** What became of the rows asked for last. */
  private enum State {
    UNDER_WAY,
    APPLIED,
    FAILED
  }

  RowSide(Vswitch vswitch, Consumer<Event> tell) {
    this.vswitch = vswitch;
    this.tell = tell;
  }

  /** The replica as it is now. */
  VswitchSnapshot snapshot() {
    return vswitch.snapshot();
  }

  /** Ports on their way into the database: the replica may show them any moment. */
  Set<String> comingPorts() {
    Set<String> ports = new HashSet<>();
    if (state == State.UNDER_WAY) {
      for (VswitchChange change : asked) {
        if (change instanceof VswitchChange.PutPort put) {
          ports.add(put.port().name());
        }
      }
    }
    return ports;
  }

  /** When {@link #start} may next do what it put off. */
  Instant nextTry() {
    return notBefore;
  }

  void applied(Optional<Throwable> failure, Instant now) {
    state = failure.isEmpty() ? State.APPLIED : State.FAILED;
    notBefore = now.plus(RETRY);
    failure.ifPresent(
        cause -> LOG.warn("ovsdb transaction failed: {}", String.valueOf(cause.getMessage())));
  }

  /** Asks for these rows, unless that has been done with the replica as it was. */
  void start(List<VswitchChange> rows, VswitchSnapshot replica, Instant now) {
    boolean due =
        switch (state) {
          case UNDER_WAY -> false;
          case FAILED -> !now.isBefore(notBefore);
          case APPLIED ->
              !rows.equals(asked) || (!replica.equals(askedAt) && !now.isBefore(notBefore));
        };
    if (rows.isEmpty() || !due) {
      return;
    }
    state = State.UNDER_WAY;
    asked = rows;
    askedAt = replica;
    var _ =
        vswitch
            .apply(rows)
            .whenComplete(
                (_, failure) -> tell.accept(new Event.RowsApplied(Optional.ofNullable(failure))));
  }
}
