package org.ovswin.node;

/** Whom {@code up} and {@code down} tell how they get on. */
public interface Progress {
  /** A step is over. */
  void step(StepReport report);

  /** Something that nobody asked for and somebody should know; a sentence. */
  void warning(String text);

  /** Something begins that may take seconds; it is over when the answer is closed. */
  Waiting waiting(String what);

  /** What is being waited for. */
  interface Waiting extends AutoCloseable {
    @Override
    void close();
  }
}
