package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;

/**
 * Whole messages of Open vSwitch's tests, shown as ofp-print shows them. The exceptions are counted
 * by reason, and the counts are exact, so they can only shrink.
 */
@Tag("vectors")
final class GoldenPrintTest {
  /** Why a message is not shown as ofp-print shows it. */
  private enum Reason {
    /** Queues, flow monitors and table features: not in the model, shown as bytes. */
    KEPT_RAW,
    /** A packet is shown as bytes, not taken apart. */
    FIRST_LINE_ONLY,
    /** Errors are explained here, and what was refused is shown as bytes. */
    EXPLAINED
  }

  private static final Map<Reason, Integer> COUNTS =
      Map.of(
          Reason.KEPT_RAW, 17,
          Reason.FIRST_LINE_ONLY, 6,
          Reason.EXPLAINED, 3);

  @Test
  void messages_ofOvs_areShownAlike() throws IOException {
    Map<Reason, Integer> exceptions = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    int same = 0;
    for (JsonNode vector : Vectors.lines("ofp-messages.jsonl")) {
      boolean ofOurVersions = Set.of("1.3", "1.4", "1.5").contains(vector.get("version").asText());
      if (!ofOurVersions || vector.get("decode_error").asBoolean()) {
        continue;
      }
      String expected = vector.get("text").asText().strip();
      try {
        OpenFlowMessage message = MessageHex.read(vector.get("hex").asText());
        Optional<Reason> reason = check(message, expected, failures);
        reason.ifPresent(r -> exceptions.merge(r, 1, Integer::sum));
        same += reason.isEmpty() ? 1 : 0;
      } catch (MalformedMessageException _) {
        // Counted where messages are read and written.
      }
    }
    assertThat(failures).isEmpty();
    assertThat(exceptions).as("%d alike", same).isEqualTo(new TreeMap<>(COUNTS));
    assertThat(same).isGreaterThan(60);
  }

  private static Optional<Reason> check(
      OpenFlowMessage message, String expected, List<String> failures) {
    String ours = message.text().strip();
    if (ours.equals(expected)) {
      return Optional.empty();
    }
    boolean raw =
        message.body() instanceof Message.Raw
            || (message.body() instanceof Message.BundleAdd add
                && add.message() instanceof Message.Raw);
    if (raw) {
      return Optional.of(Reason.KEPT_RAW);
    }
    if (message.body() instanceof Message.ErrorReply) {
      return Optional.of(Reason.EXPLAINED);
    }
    if (ours.lines().findFirst().equals(expected.lines().findFirst())) {
      return Optional.of(Reason.FIRST_LINE_ONLY);
    }
    failures.add("theirs %s%nours   %s".formatted(expected, ours));
    return Optional.empty();
  }
}
