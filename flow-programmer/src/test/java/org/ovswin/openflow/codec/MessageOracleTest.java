package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.ControlRequest;
import org.ovswin.openflow.GroupChange;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.MeterChange;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.RandomGroups;
import org.ovswin.openflow.SwitchEvent;
import org.ovswin.openflow.Version;

/** What we write, read by Open vSwitch: {@code ovs-ofctl ofp-parse} shows messages as we do. */
final class MessageOracleTest {
  private static final long SEED = 20261124;
  private static final int GROUPS = 1000;

  /** The beginning of a message; what follows it may have more lines. */
  private static final Pattern MESSAGE = Pattern.compile("(?m)^(?=OFP)");

  @ParameterizedTest
  @EnumSource(Version.class)
  void groupsAndMeters_ofASeed_areShownAsOvsOfctlShowsThem(Version version, @TempDir Path dir)
      throws Exception {
    RandomGroups random = new RandomGroups(SEED);
    List<Message> messages = new ArrayList<>();
    for (int id = 1; id <= GROUPS; id++) {
      messages.add(new GroupChange.Add(random.group(id)).message());
      messages.add(new MeterChange.Modify(random.meter(id)).message());
      messages.add(
          new MultipartReply.GroupDescriptions(Message.More.LAST, List.of(random.group(id))));
      if (version.isAtLeast(Version.V1_5)) {
        messages.add(new GroupChange.Modify(random.selecting(id)).message());
      }
    }
    assertShownAlike(version, messages, dir);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void everyKind_ofMessage_isShownAsOvsOfctlShowsIt(Version version, @TempDir Path dir)
      throws Exception {
    List<String> differences = new ArrayList<>();
    for (Message message : MessageSamples.of(version)) {
      ByteBuf out = Unpooled.buffer();
      MessageEncoder.write(out, version, 5, message);
      String theirs = shownByOvsOfctl(ByteBufUtil.hexDump(out), dir);
      compare(MessageDecoder.read(out).text().strip(), theirs, message, differences);
    }
    assertThat(differences).isEmpty();
  }

  private static void compare(
      String ours, String theirs, Message message, List<String> differences) {
    if (isShownOtherwise(message)) {
      return;
    }
    // Packets are bytes here, and taken apart there.
    boolean packet = ours.contains("\n packet=");
    String expected = packet ? theirs.substring(0, theirs.lastIndexOf('\n')) : theirs;
    String shown = packet ? ours.substring(0, ours.lastIndexOf('\n')) : ours;
    if (!shown.equals(expected)) {
      differences.add("ours   " + shown + "\ntheirs " + expected);
    }
  }

  /** Errors are explained here, raw messages and the switch's own continuation are bytes. */
  private static boolean isShownOtherwise(Message message) {
    return switch (message) {
      case Message.ErrorReply _, Message.Raw _, ControlRequest.Resume _ -> true;
      case SwitchEvent.PacketIn2 packetIn -> packetIn.continuation().length() > 0;
      default -> false;
    };
  }

  private static void assertShownAlike(Version version, List<Message> messages, Path dir)
      throws Exception {
    ByteBuf out = Unpooled.buffer();
    List<String> ours = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      int start = out.writerIndex();
      MessageEncoder.write(out, version, i, messages.get(i));
      OpenFlowMessage read = MessageDecoder.read(out.slice(start, out.writerIndex() - start));
      ours.add(read.text().strip());
    }
    List<String> theirs = shownByOvsOfctl(out, dir);
    assertThat(theirs).as("messages shown; seed %d", SEED).hasSameSizeAs(ours);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      if (!theirs.get(i).equals(ours.get(i))) {
        differences.add("ours   " + ours.get(i) + "\ntheirs " + theirs.get(i));
      }
    }
    assertThat(differences).as("texts that differ; seed %d", SEED).isEmpty();
  }

  private static List<String> shownByOvsOfctl(ByteBuf messages, Path dir) throws Exception {
    Path file = dir.resolve("messages");
    Files.write(file, ByteBufUtil.getBytes(messages));
    String shown = run(dir, "ovs-ofctl", "ofp-parse", file.toString());
    return MESSAGE.splitAsStream(shown).map(String::strip).filter(text -> !text.isEmpty()).toList();
  }

  private static String shownByOvsOfctl(String hex, Path dir) throws Exception {
    return run(dir, "ovs-ofctl", "ofp-print", hex).strip();
  }

  private static String run(Path dir, String... command) throws Exception {
    Path shown = dir.resolve("shown");
    Process ofctl =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(shown.toFile())
            .start();
    assertThat(ofctl.waitFor()).as("exit status of ovs-ofctl").isZero();
    return Files.readString(shown);
  }
}
