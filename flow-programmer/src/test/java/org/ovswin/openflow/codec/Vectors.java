package org.ovswin.openflow.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.openflow.OpenFlowMessage;

/** The vectors of Open vSwitch's own test suite, and bytes from and to hex. */
final class Vectors {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Vectors() {}

  /** The lines of a file of the shared vectors; a missing one is an error that says where. */
  static List<JsonNode> lines(String file) throws IOException {
    String root = System.getProperty("ovswin.vectors");
    if (root == null) {
      throw new IllegalStateException("system property ovswin.vectors is not set");
    }
    Path path = Path.of(root, "openflow", file);
    if (!Files.exists(path)) {
      throw new IllegalStateException(
          "no test vectors at "
              + path.toAbsolutePath().normalize()
              + " (expected: the shared vectors beside the checkout, or -Dvectors.dir)");
    }
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      nodes.add(JSON.readTree(line));
    }
    return nodes;
  }

  static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
  }

  static String encode(OpenFlowMessage message) {
    ByteBuf out = Unpooled.buffer();
    MessageEncoder.write(out, message);
    return ByteBufUtil.hexDump(out);
  }
}
