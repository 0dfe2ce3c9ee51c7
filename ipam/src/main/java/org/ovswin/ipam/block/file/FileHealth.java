package org.ovswin.ipam.block.file;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.ovswin.ipam.block.StoreHealth;

/**
 * What the last read and the last change came to. They are kept apart: on a full disk, reads
 * succeed all the time, and no claim does.
 *
 * <p>Thread-safe.
 */
final class FileHealth {
  private final InstantSource clock;
  private Optional<StoreHealth.Unreachable> reading = Optional.empty();
  private Optional<StoreHealth.Unreachable> changing = Optional.empty();
  private Instant reachableSince;

  FileHealth(InstantSource clock) {
    this.clock = clock;
    this.reachableSince = clock.instant();
  }

  synchronized StoreHealth current() {
    if (reading.isPresent()) {
      return reading.get();
    }
    return changing.isPresent() ? changing.get() : new StoreHealth.Reachable(reachableSince);
  }

  synchronized boolean canChange() {
    return changing.isEmpty();
  }

  synchronized void readSucceeded() {
    if (reading.isPresent()) {
      reading = Optional.empty();
      reachableSince = clock.instant();
    }
  }

  synchronized void readFailed(String reason) {
    reading = Optional.of(failed(reading, reason));
  }

  synchronized void changeSucceeded() {
    if (changing.isPresent()) {
      changing = Optional.empty();
      reachableSince = clock.instant();
    }
  }

  synchronized void changeFailed(String reason) {
    changing = Optional.of(failed(changing, reason));
  }

  private StoreHealth.Unreachable failed(Optional<StoreHealth.Unreachable> before, String reason) {
    return new StoreHealth.Unreachable(
        before.map(StoreHealth.Unreachable::since).orElseGet(clock::instant), reason);
  }
}
