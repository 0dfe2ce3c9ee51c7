package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.FlowParser;
import org.ovswin.openflow.FlowSyntaxException;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.Version;

/**
 * The texts of flows in Open vSwitch's own tests: each gives the bytes that ovs-ofctl made of it.
 *
 * <p>The exceptions are counted by reason, and the counts are exact, so they can only shrink.
 */
@Tag("vectors")
final class GoldenTextTest {
  private static final int XID = 2;

  /** Why a text does not give the bytes. */
  private enum Reason {
    /** A mask of the whole field is no mask in the model; the switch tells them apart. */
    WHOLE_MASK,
    /** 128 bits, which ovs-ofctl loads in halves before 1.5 and the model sets: the same effect. */
    OTHER_FORM,
    /** A version of ERSPAN is its own mask; no bit of an address is a match on Ethernet. */
    QUIRK_OF_OVS,
    /**
     * A field without its prerequisite, or another cookie in a modification: ovs-ofctl leaves
     * either out without an error.
     */
    REFUSED_HERE_ONLY
  }

  private static final Map<Reason, Integer> COUNTS =
      Map.of(
          Reason.WHOLE_MASK, 12,
          Reason.OTHER_FORM, 4,
          Reason.QUIRK_OF_OVS, 9,
          Reason.REFUSED_HERE_ONLY, 6);

  private static final Map<String, Version> VERSIONS =
      Map.of("1.3", Version.V1_3, "1.4", Version.V1_4, "1.5", Version.V1_5);

  private static final Map<String, Message.FlowMod.Command> COMMANDS =
      Map.of(
          "add-flow", Message.FlowMod.Command.ADD,
          "mod-flows", Message.FlowMod.Command.MODIFY,
          "del-flows", Message.FlowMod.Command.DELETE);

  @Test
  void flows_inTheTextsOfOvs_giveItsBytes() throws IOException {
    Map<Reason, Integer> exceptions = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    int exact = 0;
    for (JsonNode vector : Vectors.lines("flowmod-golden.jsonl")) {
      boolean flow = COMMANDS.containsKey(vector.get("cmd").asText());
      boolean ofOurVersions = VERSIONS.containsKey(vector.get("version").asText());
      if (!vector.get("ok").asBoolean() || !ofOurVersions || !flow) {
        continue;
      }
      Optional<Reason> exception = check(vector, failures);
      exception.ifPresent(reason -> exceptions.merge(reason, 1, Integer::sum));
      exact += exception.isEmpty() ? 1 : 0;
    }
    assertThat(failures).as("%d exact", exact).isEmpty();
    assertThat(exceptions).as("%d exact", exact).isEqualTo(new TreeMap<>(COUNTS));
    assertThat(exact).isGreaterThan(1100);
  }

  private static Optional<Reason> check(JsonNode vector, List<String> failures) {
    String text = vector.get("flow").asText();
    Version version = Objects.requireNonNull(VERSIONS.get(vector.get("version").asText()));
    Message.FlowMod.Command command =
        Objects.requireNonNull(COMMANDS.get(vector.get("cmd").asText()));
    String hex = vector.get("hex").get(0).asText();
    try {
      Message mod = FlowParser.parseFlowMod(command, text);
      String ours = Vectors.encode(new OpenFlowMessage(version, XID, mod));
      if (!ours.equals(hex)) {
        Optional<Reason> reason = reason(text);
        if (reason.isPresent()) {
          return reason;
        }
        failures.add("%s %s%n  theirs %s%n  ours   %s".formatted(version, text, hex, ours));
      }
      return Optional.empty();
    } catch (FlowSyntaxException e) {
      Optional<Reason> reason = reason(e);
      if (reason.isEmpty()) {
        failures.add(version + " " + text + "\n  " + e.getMessage());
      }
      return reason;
    }
  }

  /** Why the bytes for a text may differ. */
  private static Optional<Reason> reason(String text) {
    if (text.contains("MPLS_LABEL[]") || text.contains("MPLS_TC[]")) {
      return Optional.of(Reason.WHOLE_MASK);
    }
    if (text.contains("->NXM_NX_CT_LABEL")) {
      return Optional.of(Reason.OTHER_FORM);
    }
    boolean quirk = text.contains("tun_erspan_ver=") || text.contains("/00:00:00:00:00:00");
    return quirk ? Optional.of(Reason.QUIRK_OF_OVS) : Optional.empty();
  }

  private static Optional<Reason> reason(FlowSyntaxException e) {
    boolean refused =
        e.found().contains("without its prerequisite") || e.expected().startsWith("cookie/mask");
    return refused ? Optional.of(Reason.REFUSED_HERE_ONLY) : Optional.empty();
  }
}
