package org.ovswin.bench.ipam;

import java.io.IOException;
import java.nio.file.Path;
import org.ovswin.lab.Progress;

/**
 * What the rows have in common: what is measured, where, and who is told about it.
 *
 * @param bytesOfOne that a durable allocation writes
 */
record Setting(Plan plan, Scratch scratch, int bytesOfOne, Progress progress) {
  /** One round of a row. */
  @FunctionalInterface
  interface Round {
    void run(int number) throws IOException;
  }

  /** Runs the rounds, and says which one it is at. */
  void rounds(Row row, Round round) throws IOException {
    for (int number = 1; number <= plan.rounds(); number++) {
      progress.step("%s: round %d of %d".formatted(row, number, plan.rounds()));
      round.run(number);
    }
  }

  /** A path in the scratch directory that is not there yet. */
  Path path(String name) {
    return scratch.resolve(name);
  }
}
