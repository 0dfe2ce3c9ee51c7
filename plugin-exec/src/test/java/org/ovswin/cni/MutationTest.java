package org.ovswin.cni;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Valid requests with something changed at random: each must end in a valid result or a valid error
 * that is not our fault, and an error must have changed nothing.
 */
class MutationTest {
  private static final int COUNT = 1_000;
  private static final Set<Integer> CODES = Set.of(1, 2, 3, 4, 5, 6, 7, 101);
  private static final List<CniVerb> VERBS = List.of(CniVerb.values());

  @TempDir Path directory;

  @Test
  void mutatedRequest_endsInAValidAnswer() throws IOException {
    Path socket = directory.resolve("run/cni.sock");
    StrictHandler handler = new StrictHandler();
    int errors = 0;
    try (CniServer server = CniServer.open(socket, handler)) {
      assertThat(server).isNotNull();
      for (int seed = 0; seed < COUNT; seed++) {
        Random random = Mutation.random(seed);
        byte[] payload = Mutation.mutated(valid(random), random);
        Set<Attachment> before = Set.copyOf(handler.attachments.keySet());
        Mutation.Reply answer = Mutation.exchange(socket, payload);
        String about =
            "seed " + seed + ": " + new String(payload, ISO_8859_1) + "\n" + answer.output();
        if (answer.exitCode() == 0) {
          assertValidResult(answer, about);
        } else {
          errors++;
          assertValidError(answer, about);
          assertThat(handler.attachments.keySet()).as(about).isEqualTo(before);
        }
      }
    }
    // Neither may be the exception, or the mutations test nothing.
    assertThat(errors).isBetween(COUNT / 4, COUNT * 19 / 20);
  }

  private static void assertValidResult(Mutation.Reply answer, String about) {
    if (!answer.output().isEmpty()) {
      JsonNode result = Call.json(answer.output());
      assertThat(CniVersion.texts()).as(about).contains(result.path("cniVersion").asText());
      assertThat(
              result.has("ips")
                  || result.has("ip4")
                  || result.has("ip6")
                  || result.has("supportedVersions"))
          .as(about)
          .isTrue();
    }
  }

  private static void assertValidError(Mutation.Reply answer, String about) {
    JsonNode error = Call.json(answer.output());
    assertThat(answer.exitCode()).as(about).isEqualTo(1);
    assertThat(CniVersion.texts()).as(about).contains(error.path("cniVersion").asText());
    assertThat(CODES).as(about).contains(error.path("code").asInt());
    assertThat(error.path("msg").asText()).as(about).isNotEmpty();
    assertThat(error.path("msg").asText().length()).as(about).isLessThan(500);
  }

  private static Call valid(Random random) {
    CniVerb verb = VERBS.get(random.nextInt(VERBS.size()));
    return Call.of(verb)
        .set("prevResult", Call.PREV_RESULT)
        .set("dns", "{\"nameservers\":[\"10.0.0.2\"]}")
        .set("capabilities", "{\"portMappings\":true}")
        .set(
            "runtimeConfig",
            """
            {"portMappings":[{"hostPort":80,"containerPort":80,"hostIP":"10.0.0.1"},
                             {"HostPort":81,"ContainerPort":80,"Protocol":"udp"}],
             "mac":"c2:11:22:33:44:55",
             "Bandwidth":{"IngressRate":1000000,"IngressBurst":80000}}
            """);
  }
}
