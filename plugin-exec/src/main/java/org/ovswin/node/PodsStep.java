package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.admin.AdminClient;
import org.ovswin.agent.admin.AdminException;
import org.ovswin.agent.admin.Force;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;

/**
 * The pods. {@code up} changes nothing about them; {@code down} does not go on while there are any,
 * or has the agent delete them, once runtimes see no network any more that could bring new ones.
 */
final class PodsStep implements Step {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int MAX_NAMED = 10;
  private static final Duration GONE_BOUND = Duration.ofSeconds(30);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final NodePaths paths;
  private final AgentStep agent;
  private final Node.Pods remaining;

  PodsStep(NodePaths paths, AgentStep agent, Node.Pods remaining) {
    this.paths = paths;
    this.agent = agent;
    this.remaining = remaining;
  }

  @Override
  public String name() {
    return "pods";
  }

  @Override
  public JsonNode before() {
    return JsonNodeFactory.instance.objectNode();
  }

  @Override
  public Done apply() throws IOException, NodeException {
    int pods = held(there(paths.config())).size();
    return Done.already(pods == 1 ? "1 pod" : pods + " pods");
  }

  /** Those of this boot: no sandbox survives the machine. */
  private static List<Lease> there(AgentConfig config) throws IOException {
    if (!LeaseDatabase.exists(config.leaseDirectory())) {
      return List.of();
    }
    String bootId = Files.readString(BOOT_ID).strip();
    return LeaseDatabase.read(config.leaseDirectory()).leases().stream()
        .filter(lease -> lease.bootId().equals(bootId))
        .toList();
  }

  /** Without those that are being torn down. */
  private static List<Lease> held(List<Lease> leases) {
    return leases.stream().filter(lease -> lease.phase() == Lease.Phase.HELD).toList();
  }

  /**
   * Refuses to go on while there are pods, unless they are to be deleted.
   *
   * @throws NodeException that names them
   */
  void check() throws IOException, NodeException {
    if (!Files.exists(paths.configFile())) {
      return;
    }
    List<Lease> pods = held(there(paths.config()));
    if (remaining == Node.Pods.REFUSE && !pods.isEmpty()) {
      throw new NodeException(
          "%d still on this node: %s (expected: none); stop them, or say --force, which takes their network away"
              .formatted(pods.size(), named(pods)));
    }
  }

  private static String named(List<Lease> pods) {
    String names =
        pods.stream()
            .limit(MAX_NAMED)
            .map(
                pod ->
                    "%s (%s)"
                        .formatted(
                            pod.podName()
                                .map(name -> pod.podNamespace().orElse("") + "/" + name)
                                .orElse(pod.attachment().containerId()),
                            pod.addresses().getFirst()))
            .collect(Collectors.joining(", "));
    return pods.size() > MAX_NAMED ? names + ", …" : names;
  }

  @Override
  public Done undo(JsonNode before) throws IOException, NodeException {
    check();
    AgentConfig config = paths.config();
    if (there(config).isEmpty()) {
      return Done.already("none");
    }
    List<Lease> pods = held(there(config));
    AdminClient admin = AdminClient.at(config.adminSocket());
    for (Lease pod : pods) {
      delete(admin, pod);
    }
    // The agent tears down in the background what nobody waits for, and is to be stopped next.
    long deadline = System.nanoTime() + GONE_BOUND.toNanos();
    while (!there(config).isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new NodeException(
            "%s: still being torn down after %d s (expected: gone); run down again"
                .formatted(named(there(config)), GONE_BOUND.toSeconds()));
      }
      Pause.of(LOOK_AGAIN);
    }
    return pods.isEmpty() ? Done.now("waited for the last") : Done.now("deleted " + named(pods));
  }

  /** An agent that does not run is started for it: nobody else knows all that a pod has. */
  private void delete(AdminClient admin, Lease pod) throws IOException, NodeException {
    try {
      try {
        admin.release(pod.addresses().getFirst(), Force.EVEN_IF_USED);
      } catch (AdminException.NotRunning e) {
        agent.apply();
        admin.release(pod.addresses().getFirst(), Force.EVEN_IF_USED);
      }
    } catch (AdminException e) {
      if (there(paths.config()).contains(pod)) {
        throw new NodeException(
            "the agent does not delete %s: %s; run down --force again"
                .formatted(named(List.of(pod)), e.getMessage()),
            e);
      }
    }
  }
}
