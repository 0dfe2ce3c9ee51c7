package org.ovswin.openflow.fuzz;

import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.ovswin.openflow.Octets;

/** Inputs that once were not read right, one a line: the family and the bytes in hex. */
record Findings(Family family, Octets input) {
  private static final String RESOURCE = "/fuzz/findings.txt";

  static List<Findings> all() {
    try (InputStream in = Findings.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("no " + RESOURCE + " among the test resources");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Findings::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Findings parse(String line) {
    List<String> words = List.of(line.split(" ", 2));
    return new Findings(Family.valueOf(words.getFirst()), Octets.ofHex(words.getLast().strip()));
  }

  static String line(Family family, byte[] input) {
    return "%s %s%n".formatted(family, ByteBufUtil.hexDump(input));
  }

  @Override
  public String toString() {
    return line(family, input.toByteArray());
  }
}
