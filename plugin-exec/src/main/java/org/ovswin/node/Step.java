package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.ovswin.node.StepReport.Outcome;

/**
 * One change to the machine. Both directions may find it half done, by a run that was killed, and
 * may be repeated.
 */
interface Step {
  /** Its name in the record and in what is printed. */
  String name();

  /**
   * What {@link #undo} needs of the machine as it is before the step. It is on disk before {@link
   * #apply} is called for the first time, and is not asked again until the step was undone.
   */
  JsonNode before() throws IOException, NodeException;

  /** Makes it so. */
  Done apply() throws IOException, NodeException;

  /** Makes it as {@link #before} found it. */
  Done undo(JsonNode before) throws IOException, NodeException;

  /** What was done, without the step's name. */
  record Done(Outcome outcome, String detail) {
    static Done now(String detail) {
      return new Done(Outcome.DONE, detail);
    }

    static Done already(String detail) {
      return new Done(Outcome.ALREADY, detail);
    }

    static Done left(String detail) {
      return new Done(Outcome.LEFT, detail);
    }
  }
}
