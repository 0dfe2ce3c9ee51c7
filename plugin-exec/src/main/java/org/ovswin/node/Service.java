package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.ovswin.node.Step.Done;

/** What keeps the agent running. */
interface Service {
  /** What {@link #remove} needs of the machine as it is. */
  JsonNode before() throws IOException, NodeException;

  /** Starts the agent, or starts it again where it runs as something else than is wanted now. */
  Done start() throws IOException, NodeException;

  /** Why the agent will not come by itself any more; empty while it runs or will be started. */
  Optional<String> ended() throws IOException, NodeException;

  /** What the agent said last, to be shown below a message; where to find more. */
  String lastWords() throws IOException, NodeException;

  /** The command that stops the agent and waits for its end; it can be started again then. */
  List<String> stopCommand();

  /** Stops the agent, waits for its end, and takes away what start has made. */
  Done remove(JsonNode before) throws IOException, NodeException;
}
