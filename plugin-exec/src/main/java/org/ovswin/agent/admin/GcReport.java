package org.ovswin.agent.admin;

import java.util.List;
import java.util.Optional;

/**
 * What {@code ipam.gc} found, and did.
 *
 * @param mode as asked for
 * @param found how many leases nobody needs
 * @param candidates those leases, at most {@value #MAX_CANDIDATES}: an answer is one frame
 */
public record GcReport(GcMode mode, int found, List<Candidate> candidates) {
  /** How many are listed at most. */
  public static final int MAX_CANDIDATES = 1000;

  public GcReport {
    candidates = List.copyOf(candidates);
  }

  /**
   * One lease.
   *
   * @param holder whose it is
   * @param reason why nobody needs it
   * @param outcome what became of it
   * @param problem why it is still there, where it is and should not be
   */
  public record Candidate(
      Holder holder, String reason, Outcome outcome, Optional<String> problem) {}

  /** What became of a candidate. */
  public enum Outcome {
    /** A dry run leaves it. */
    LEFT,
    RECLAIMED,
    /** Withdrawn, but not gone yet; it goes on by itself. */
    UNDER_WAY
  }
}
