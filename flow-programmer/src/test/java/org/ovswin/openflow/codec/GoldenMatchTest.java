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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.MatchField;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;

/**
 * Matches of Open vSwitch's tests of NXM and OXM: read, shown as ofp-print shows them, and those
 * that the switch writes alike written alike. The exceptions are counted by reason, and the counts
 * are exact, so they can only shrink.
 */
@Tag("vectors")
final class GoldenMatchTest {
  /** Why a match is not what it is to Open vSwitch. */
  private enum Reason {
    /** Open vSwitch looks at what a value means, or at bits of it outside of the mask. */
    REFUSED_BY_OVS,
    /** Open vSwitch reads but does not show ERSPAN's fields without its version. */
    ERSPAN_WITHOUT_VERSION
  }

  private static final Map<Reason, Integer> COUNTS =
      Map.of(
          Reason.REFUSED_BY_OVS, 32,
          Reason.ERSPAN_WITHOUT_VERSION, 3);

  private static final Map<String, Version> VERSIONS =
      Map.of(
          "NXM", Version.V1_3,
          "OpenFlow12", Version.V1_3,
          "OpenFlow13", Version.V1_3,
          "OpenFlow15", Version.V1_5);

  @Test
  void matches_ofOvs_areReadShownAndWrittenAlike() throws IOException {
    Map<Reason, Integer> exceptions = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    int read = 0;
    for (JsonNode vector : Vectors.lines("nxm-oxm.jsonl")) {
      Version version = VERSIONS.get(vector.get("proto").asText());
      if (version != null && !vector.get("hex").isNull()) {
        check(vector, version, failures)
            .ifPresent(reason -> exceptions.merge(reason, 1, Integer::sum));
        read++;
      }
    }
    assertThat(failures).isEmpty();
    assertThat(read).isGreaterThan(390);
    assertThat(exceptions).isEqualTo(new TreeMap<>(COUNTS));
  }

  private static Optional<Reason> check(JsonNode vector, Version version, List<String> failures) {
    String hex = vector.get("hex").asText();
    boolean refused = !vector.get("error").isNull();
    Match match;
    boolean erspan = vector.get("input").asText().startsWith("NXOXM_ET_ERSPAN");
    try {
      match = read(hex);
      if (refused) {
        checkPrerequisites(match);
      }
    } catch (MalformedMessageException | IllegalArgumentException e) {
      if (erspan) {
        return Optional.of(Reason.ERSPAN_WITHOUT_VERSION);
      }
      if (!refused) {
        failures.add(vector.get("input").asText() + ": " + e.getMessage());
      }
      return Optional.empty();
    }
    if (refused) {
      return Optional.of(Reason.REFUSED_BY_OVS);
    }
    boolean written = vector.get("same").asBoolean() && !vector.get("proto").asText().equals("NXM");
    String again = write(version, match);
    if (written && !again.equals(hex)) {
      failures.add("%s%n  read    %s%n  written %s".formatted(vector.get("input"), hex, again));
    }
    String printed = vector.get("printed").asText();
    String expected = printed.substring(printed.indexOf(": ") + 2).strip();
    String ours = text(match);
    if (!ours.equals(expected) && erspan) {
      return Optional.of(Reason.ERSPAN_WITHOUT_VERSION);
    }
    if (!ours.equals(expected)) {
      failures.add("%s%n  theirs %s%n  ours   %s".formatted(vector.get("input"), expected, ours));
    }
    return Optional.empty();
  }

  private static void checkPrerequisites(Match match) {
    Match.Builder again = Match.builder();
    for (MatchField field : match.fields()) {
      again.field(field);
    }
    again.build();
  }

  private static Match read(String hex) {
    byte[] entries = ByteBufUtil.decodeHexDump(hex);
    ByteBuf bytes = Unpooled.buffer();
    bytes.writeShort(1).writeShort(4 + entries.length).writeBytes(entries);
    bytes.writeZero(-(4 + entries.length) & 7);
    return FieldCodec.readMatch(new WireReader(bytes));
  }

  private static String write(Version version, Match match) {
    ByteBuf out = Unpooled.buffer();
    FieldCodec.writeMatch(out, version, match);
    return ByteBufUtil.hexDump(out, 4, out.getUnsignedShort(2) - 4);
  }

  private static String text(Match match) {
    Flow flow = Flow.of(0, Flow.DEFAULT_PRIORITY, 0, match);
    return Message.FlowMod.of(new FlowChange.Add(flow)).text();
  }
}
