package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.RandomFlows;
import org.ovswin.openflow.Version;

/**
 * What we write, read by Open vSwitch: {@code ovs-ofctl ofp-parse} prints our messages as we do.
 */
final class OracleTest {
  private static final int FLOWS = 3000;
  private static final long SEED = 7;

  @ParameterizedTest
  @EnumSource(Version.class)
  void flowMods_ofRandomFlows_printAsOvsOfctlPrintsThem(Version version, @TempDir Path dir)
      throws Exception {
    RandomFlows random = RandomFlows.ofEverything(SEED);
    ByteBuf out = Unpooled.buffer();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < FLOWS; i++) {
      Flow flow = random.next();
      Message.FlowMod mod = Message.FlowMod.of(new FlowChange.Add(flow));
      int start = out.writerIndex();
      MessageEncoder.write(out, version, i, mod);
      ByteBuf message = out.slice(start, out.writerIndex() - start);
      // As it comes back: from 1.5 on, a load is a set_field.
      expected.add(((Message.FlowMod) MessageDecoder.read(message).body()).text());
    }
    Path file = dir.resolve("messages");
    Files.write(file, ByteBufUtil.getBytes(out));
    Path printed = dir.resolve("printed");
    Process ofctl =
        new ProcessBuilder("ovs-ofctl", "ofp-parse", file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(printed.toFile())
            .start();
    assertThat(ofctl.waitFor()).as("exit status of ovs-ofctl; seed %d", SEED).isZero();
    List<String> lines =
        Files.readAllLines(printed).stream().filter(l -> l.startsWith("OFPT_")).toList();
    assertThat(lines).as("messages printed; seed %d", SEED).hasSameSizeAs(expected);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < expected.size(); i++) {
      String theirs = afterHeader(lines.get(i));
      if (!theirs.equals(expected.get(i))) {
        differences.add("ours   " + expected.get(i) + "\ntheirs " + theirs);
      }
    }
    assertThat(differences).as("texts that differ; seed %d", SEED).isEmpty();
  }

  private static String afterHeader(String line) {
    int end = line.indexOf("): ");
    return end < 0 ? line : line.substring(end + 3).strip();
  }
}
