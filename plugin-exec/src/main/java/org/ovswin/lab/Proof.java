package org.ovswin.lab;

import java.time.Duration;

/**
 * What one probe found.
 *
 * @param name what was to be shown
 * @param detail what was seen, or why it failed
 * @param duration how long the probe took
 */
public record Proof(String name, Verdict verdict, String detail, Duration duration) {
  public enum Verdict {
    PASS,
    FAIL
  }

  public boolean passed() {
    return verdict == Verdict.PASS;
  }

  /** As one line. */
  @Override
  public String toString() {
    return "%s  %s: %s (%d ms)".formatted(verdict, name, detail, duration.toMillis());
  }

  /** Something to be shown. */
  @FunctionalInterface
  interface Claim {
    /** What was seen, in a few words. */
    String show() throws Exception;
  }

  /** Tries to show a claim; whatever it throws makes it a failed one. */
  static Proof of(String name, Claim claim) {
    long start = System.nanoTime();
    try {
      String seen = claim.show();
      return new Proof(name, Verdict.PASS, seen, since(start));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Proof(name, Verdict.FAIL, "interrupted", since(start));
    } catch (Exception e) {
      return new Proof(name, Verdict.FAIL, reason(e), since(start));
    }
  }

  /** The claim does not hold. */
  static final class Refuted extends Exception {
    private static final long serialVersionUID = 1;

    Refuted(String reason) {
      super(reason);
    }
  }

  private static String reason(Exception e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof Refuted || e instanceof LabException
        ? message
        : e.getClass().getSimpleName() + ": " + message;
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
