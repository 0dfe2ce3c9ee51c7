package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.FlowParser;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.RandomFlows;
import org.ovswin.openflow.Version;

/**
 * Texts of flows, given to {@code ovs-ofctl add-flows} and to our parser and encoder: both must
 * make the same bytes of them.
 */
final class ReverseOracleTest {
  private static final int FLOWS = 3000;
  private static final long SEED = 20261124;

  @ParameterizedTest
  @EnumSource(Version.class)
  void texts_ofRandomFlows_giveTheBytesOfOvsOfctl(Version version, @TempDir Path dir)
      throws Exception {
    RandomFlows random = RandomFlows.ofEverything(SEED);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < FLOWS; i++) {
      texts.add(random.next().toString());
    }
    List<String> theirs = flowMods(version, texts, dir);
    assertThat(theirs).as("flow-mods sent; seed %d", SEED).hasSameSizeAs(texts);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      Message mod = FlowParser.parseFlowMod(Message.FlowMod.Command.ADD, texts.get(i));
      String ours = withoutXid(Vectors.encode(new OpenFlowMessage(version, 0, mod)));
      if (!ours.equals(withoutXid(theirs.get(i)))) {
        differences.add(
            "%s%n  theirs %s%n  ours   %s".formatted(texts.get(i), theirs.get(i), ours));
      }
    }
    assertThat(differences).as("bytes that differ; seed %d", SEED).isEmpty();
  }

  private static List<String> flowMods(Version version, List<String> texts, Path dir)
      throws Exception {
    Path socket = dir.resolve("switch");
    Path file = Files.write(dir.resolve("flows"), texts);
    Path output = dir.resolve("output");
    RecordingSwitch recorder = new RecordingSwitch(socket, version);
    try (recorder) {
      Process ofctl =
          new ProcessBuilder(
                  "ovs-ofctl",
                  "--no-names",
                  "-OOpenFlow1" + (version.wire() - 1),
                  "add-flows",
                  "unix:" + socket,
                  file.toString())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      int status = ofctl.waitFor();
      assertThat(status)
          .as("exit status of ovs-ofctl: %s; seed %d", Files.readString(output), SEED)
          .isZero();
    }
    return recorder.flowMods();
  }

  private static String withoutXid(String hex) {
    return hex.substring(0, 8) + "00000000" + hex.substring(16);
  }
}
