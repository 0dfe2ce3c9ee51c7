package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Version;

/**
 * Lists of actions and of instructions of Open vSwitch's tests, from OpenFlow 1.1 on, when today's
 * layout began: read, shown and written alike. The exceptions are counted by reason, and the counts
 * are exact, so they can only shrink.
 */
@Tag("vectors")
final class GoldenActionTest {
  /** Why a list is not what it is to Open vSwitch. */
  private enum Reason {
    /** An action that later versions do not have; it is kept raw. */
    OLDER_THAN_1_3,
    /** Open vSwitch, too, writes the resubmit without a table as the one with a table. */
    OLDER_FORM,
    /** The model drops what a mask hides. */
    VALUE_OUTSIDE_MASK,
    /** Well-formed as bytes; the switch refuses what it means. */
    REFUSED_BY_OVS
  }

  private static final Map<Reason, Integer> COUNTS =
      Map.of(
          Reason.OLDER_THAN_1_3, 15,
          Reason.OLDER_FORM, 1,
          Reason.VALUE_OUTSIDE_MASK, 1,
          Reason.REFUSED_BY_OVS, 7);

  @Test
  void lists_ofOvs_areReadShownAndWrittenAlike() throws IOException {
    Map<Reason, Integer> exceptions = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    int read = 0;
    for (JsonNode vector : Vectors.lines("ofp-actions.jsonl")) {
      if (!vector.get("version").asText().equals("1.0")) {
        check(vector, failures).ifPresent(reason -> exceptions.merge(reason, 1, Integer::sum));
        read++;
      }
    }
    assertThat(failures).isEmpty();
    assertThat(read).isGreaterThan(70);
    assertThat(exceptions).isEqualTo(new TreeMap<>(COUNTS));
  }

  private static Optional<Reason> check(JsonNode vector, List<String> failures) {
    Version version = vector.get("version").asText().equals("1.5") ? Version.V1_5 : Version.V1_3;
    boolean ofInstructions = vector.get("kind").asText().equals("instructions");
    boolean refused = vector.get("bad").asBoolean();
    String hex = vector.get("hex").asText();
    String text = vector.get("text").asText();
    List<Action> actions;
    String again;
    try {
      WireReader in = new WireReader(Vectors.bytes(hex));
      actions =
          ofInstructions ? InstructionCodec.read(in, version) : ActionDecoder.read(in, version);
      again = write(version, actions, ofInstructions);
    } catch (MalformedMessageException e) {
      if (!refused) {
        failures.add(text + ": " + e.getMessage());
      }
      return Optional.empty();
    }
    if (refused) {
      return Optional.of(Reason.REFUSED_BY_OVS);
    }
    String ours =
        actions.isEmpty()
            ? "drop"
            : actions.stream().map(Action::text).collect(Collectors.joining(","));
    if (ours.contains("raw(")) {
      return Optional.of(Reason.OLDER_THAN_1_3);
    }
    if (text.equals("actions=resubmit:5")) {
      return Optional.of(Reason.OLDER_FORM);
    }
    if (text.equals("actions=write_metadata:0xfedcba9876543210/0xff00ff00ff00ff00")) {
      return Optional.of(Reason.VALUE_OUTSIDE_MASK);
    }
    boolean writtenAlike = vector.get("roundtrip_delta").isEmpty();
    if (!text.equals("actions=" + ours) || (writtenAlike && !again.equals(hex))) {
      failures.add(
          "%s%n  ours    %s%n  read    %s%n  written %s".formatted(text, ours, hex, again));
    }
    return Optional.empty();
  }

  private static String write(Version version, List<Action> actions, boolean asInstructions) {
    ByteBuf out = Unpooled.buffer();
    if (asInstructions) {
      InstructionCodec.write(out, version, actions);
    } else {
      ActionEncoder.write(out, version, actions);
    }
    return ByteBufUtil.hexDump(out);
  }
}
