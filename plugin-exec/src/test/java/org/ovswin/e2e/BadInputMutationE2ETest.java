package org.ovswin.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.cni.CniVersion;
import org.ovswin.cni.Mutation;
import org.ovswin.lab.LabNode;

/**
 * Valid requests with something changed at random, to an agent with a switch: each ends in a valid
 * result or a valid error that is not the agent's fault, and when what succeeded is deleted again,
 * leases, rows, veths and flows are as they were.
 */
class BadInputMutationE2ETest {
  private static final int COUNT = 1_000;

  /** How often the whole of the node is compared. */
  private static final int LOOK_EVERY = 100;

  /** The specification's, and a CHECK that found the pod changed. */
  private static final Set<Integer> CODES = Set.of(1, 2, 3, 4, 5, 6, 7, 101);

  private static final List<String> VERBS =
      List.of("ADD", "ADD", "ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION");

  private static final JsonMapper JSON = new JsonMapper();

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1);

  @AfterEach
  void noSandbox() {
    cluster.lab().delSandbox("raw");
  }

  @Test
  void mutatedRequests_endInValidAnswers_andLeaveNothing() throws IOException {
    LabNode node = cluster.node(1);
    Path socket = node.socketDirectory().resolve("cni.sock");
    Path netns = cluster.lab().addSandbox("raw");
    Footprint before = Footprint.of(cluster, "node1");
    int errors = 0;
    int added = 0;
    for (int seed = 0; seed < COUNT; seed++) {
      Random random = Mutation.random(seed);
      String verb = VERBS.get(random.nextInt(VERBS.size()));
      Map<String, String> environment = environment(verb, netns);
      if (verb.equals("CHECK") || verb.equals("DEL")) {
        // There is something to compare, and to delete.
        assertThat(Mutation.exchange(socket, add(netns)).exitCode()).isZero();
      }
      byte[] payload = Mutation.of(environment, config(verb), random);
      Mutation.Reply reply = Mutation.exchange(socket, payload);
      String about =
          "seed " + seed + ": " + new String(payload, ISO_8859_1) + "\n" + reply.output();
      if (reply.exitCode() == 0) {
        added += reply.output().contains("\"ip") ? 1 : 0;
      } else {
        errors++;
        assertValidError(reply, about);
      }
      delete(socket, netns, payload, about);
      if (seed % LOOK_EVERY == LOOK_EVERY - 1) {
        assertThat(Footprint.of(cluster, "node1")).as(about).isEqualTo(before);
      }
    }
    // None may be the exception, or the mutations test nothing.
    assertThat(errors).isBetween(COUNT / 4, COUNT * 19 / 20);
    assertThat(added).isGreaterThan(COUNT / 50);
  }

  private static void assertValidError(Mutation.Reply reply, String about)
      throws JsonProcessingException {
    JsonNode error = JSON.readTree(reply.output());
    assertThat(reply.exitCode()).as(about).isEqualTo(1);
    assertThat(CniVersion.texts()).as(about).contains(error.path("cniVersion").asText());
    assertThat(CODES).as(about).contains(error.path("code").asInt());
    assertThat(error.path("msg").asText()).as(about).isNotEmpty();
  }

  /**
   * What was there before the request, and what it may have attached under the names it has now.
   */
  private static void delete(Path socket, Path netns, byte[] payload, String about)
      throws IOException {
    Map<String, String> environment = environment("DEL", netns);
    assertThat(Mutation.exchange(socket, Mutation.payload(environment, config("DEL"))).exitCode())
        .as(about)
        .isZero();
    Optional<Mutation.Said> said = Mutation.said(payload);
    if (said.isPresent() && "ADD".equals(said.get().environment().get("CNI_COMMAND"))) {
      environment.putAll(said.get().environment());
      environment.put("CNI_COMMAND", "DEL");
      // Of the network that it names now: another one's pods are not its.
      Mutation.Reply reply =
          Mutation.exchange(socket, Mutation.payload(environment, said.get().config()));
      // What cannot be was refused by ADD as well.
      assertThat(reply.exitCode() == 0 || reply.output().matches("(?s).*\"code\":[14567],.*"))
          .as(about + reply.output())
          .isTrue();
    }
  }

  private static byte[] add(Path netns) {
    return Mutation.payload(environment("ADD", netns), config("ADD"));
  }

  private static Map<String, String> environment(String verb, Path netns) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CNI_COMMAND", verb);
    environment.put("CNI_CONTAINERID", "c0ffee");
    environment.put("CNI_NETNS", netns.toString());
    environment.put("CNI_IFNAME", "eth0");
    environment.put("CNI_PATH", "/opt/cni/bin");
    environment.put("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0");
    return environment;
  }

  private static String config(String verb) {
    String more =
        switch (verb) {
          case "CHECK" ->
              ", \"prevResult\": {\"interfaces\": [{\"name\": \"eth0\"}],"
                  + " \"ips\": [{\"address\": \"10.244.0.2/24\", \"interface\": 0}]}";
          case "GC" ->
              ", \"cni.dev/valid-attachments\":"
                  + " [{\"containerID\": \"c0ffee\", \"ifname\": \"eth0\"}]";
          default -> "";
        };
    return """
    {"cniVersion": "1.1.0", "name": "pods", "type": "ovs-win",
     "ovsWin": {"link": "any"}, "capabilities": {"portMappings": true},
     "dns": {"nameservers": ["10.0.0.2"]},
     "runtimeConfig": {"portMappings": [
       {"hostPort": 30080, "containerPort": 80},
       {"HostPort": 30081, "ContainerPort": 80, "Protocol": "udp"}]}%s}
    """
        .formatted(more);
  }
}
