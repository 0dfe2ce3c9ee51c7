package org.ovswin.openflow.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowStats;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.RandomFlows;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;
import org.ovswin.openflow.codec.MessageSamples;

/** Right messages for the fuzzer to begin with: from nothing it would not come far in seconds. */
final class Seeds {
  private static final int FLOWS = 60;
  private static final long SEED = 7;

  private Seeds() {}

  /** Fills a directory with one file for each seed of the family. */
  static Path write(Family family, Path directory) throws IOException {
    RandomFlows flows = new RandomFlows(SEED);
    int number = 0;
    for (byte[] input : samples(family)) {
      Files.write(directory.resolve("sample" + number++), input);
    }
    for (int i = 0; i < FLOWS; i++) {
      for (byte[] input : inputs(family, flows.next())) {
        Files.write(directory.resolve("seed" + number++), input);
      }
    }
    return directory;
  }

  private static List<byte[]> inputs(Family family, Flow flow) {
    if (family == Family.FLOW_TEXT) {
      return List.of(flow.toString().getBytes(StandardCharsets.ISO_8859_1));
    }
    List<byte[]> inputs = new ArrayList<>();
    Message mod = Message.FlowMod.of(new FlowChange.Add(flow));
    List<Message> messages =
        List.of(
            mod,
            new Message.BundleAdd(1, 0, mod),
            new Message.FlowStatsReply(Message.More.LAST, List.of(new FlowStats(flow, 1, 2, 3))));
    for (Version version : Version.values()) {
      inputs.addAll(inputs(family, version, messages));
    }
    return inputs;
  }

  /** Of every kind of message that the family has. */
  private static List<byte[]> samples(Family family) {
    List<byte[]> inputs = new ArrayList<>();
    for (Version version : Version.values()) {
      inputs.addAll(inputs(family, version, MessageSamples.of(version)));
    }
    return family == Family.FLOW_TEXT ? List.of() : inputs;
  }

  private static List<byte[]> inputs(Family family, Version version, List<Message> messages) {
    List<byte[]> inputs = new ArrayList<>();
    for (Message message : messages) {
      ByteBuf bytes = Unpooled.buffer();
      MessageEncoder.write(bytes, new OpenFlowMessage(version, 1, message));
      if (family.isOf(bytes)) {
        inputs.add(family.input(bytes));
      }
    }
    return inputs;
  }
}
