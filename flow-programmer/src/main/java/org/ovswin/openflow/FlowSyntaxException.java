package org.ovswin.openflow;

/** A text that is no flow. Says where, what is there and what would have been right. */
public final class FlowSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int MOST_SHOWN = 60;

  private final int offset;
  private final String found;
  private final String expected;

  FlowSyntaxException(int offset, String found, String expected) {
    String shown = found.length() <= MOST_SHOWN ? found : found.substring(0, MOST_SHOWN) + "\u2026";
    super(
        "offset %d: %s (expected: %s)"
            .formatted(offset, shown.isEmpty() ? "nothing" : shown, expected));
    this.offset = offset;
    this.found = shown;
    this.expected = expected;
  }

  /** Where in the text, in characters from 0. */
  public int offset() {
    return offset;
  }

  /** What is there; empty at the end of the text or of a part of it. */
  public String found() {
    return found;
  }

  /** What would have been right, in words. */
  public String expected() {
    return expected;
  }
}
