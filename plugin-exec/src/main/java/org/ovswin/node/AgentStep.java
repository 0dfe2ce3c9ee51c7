package org.ovswin.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The agent runs and could serve a pod: CNI's STATUS says so, as a runtime would ask it. */
final class AgentStep implements Step {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String STATUS_CONFIG =
      """
      {"cniVersion": "1.1.0", "name": "ovs-win", "type": "ovs-win"}\
      """;

  private static final Duration READY_BOUND = Duration.ofSeconds(60);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Service service;
  private final Path launcher;
  private final NodePaths paths;
  private final UplinkStep uplink;

  AgentStep(Service service, Path launcher, NodePaths paths, UplinkStep uplink) {
    this.service = service;
    this.launcher = launcher;
    this.paths = paths;
    this.uplink = uplink;
  }

  @Override
  public String name() {
    return "agent";
  }

  @Override
  public JsonNode before() throws IOException, NodeException {
    return service.before();
  }

  @Override
  public Done apply() throws IOException, NodeException {
    Done done = service.start();
    uplink.settle();
    awaitReady();
    return done;
  }

  private void awaitReady() throws IOException, NodeException {
    long deadline = System.nanoTime() + READY_BOUND.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      Optional<String> obstacle = obstacle();
      if (obstacle.isEmpty()) {
        return;
      }
      Optional<String> ended = service.ended();
      if (ended.isPresent()) {
        throw notReady(ended.get());
      }
      if (System.nanoTime() > deadline) {
        throw notReady("after %d s it says: %s".formatted(READY_BOUND.toSeconds(), obstacle.get()));
      }
      Pause.of(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
  }

  private NodeException notReady(String why) throws IOException, NodeException {
    return new NodeException(
        "the agent is not ready: %s; %s\nput right what it says and run up again, or run down"
            .formatted(why, service.lastWords()));
  }

  /** Why no pod could be served now, in the agent's words. */
  private Optional<String> obstacle() throws IOException, NodeException {
    Command.Outcome answer =
        Command.outcome(
            Map.of(
                "CNI_COMMAND", "STATUS",
                "OVS_WIN_CNI_SOCKET", paths.config().cniSocket().toString(),
                "OVS_WIN_CNI_TIMEOUT_MILLIS", "5000"),
            STATUS_CONFIG,
            List.of(launcher.toString()));
    return answer.succeeded() ? Optional.empty() : Optional.of(message(answer.text()));
  }

  private static String message(String error) {
    try {
      JsonNode tree = JSON.readTree(error);
      String details = tree.path("details").asText();
      return tree.path("msg").asText(error) + (details.isEmpty() ? "" : ": " + details);
    } catch (JsonProcessingException e) {
      return error;
    }
  }

  @Override
  public Done undo(JsonNode before) throws IOException, NodeException {
    return service.remove(before);
  }
}
