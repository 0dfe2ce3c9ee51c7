package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/** The examples of docs/lease-journal.md are what the program writes, byte by byte. */
class JournalPageTest {
  private static final Path PAGE = Path.of("..", "docs", "lease-journal.md");
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456789Z");

  /** The bytes of the blocks marked "hex", each up to the "#" in its lines. */
  private static List<String> examples() throws IOException {
    List<String> examples = new ArrayList<>();
    StringBuilder hex = new StringBuilder();
    boolean inside = false;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.equals("```hex")) {
        inside = true;
        hex.setLength(0);
      } else if (inside && line.equals("```")) {
        inside = false;
        examples.add(hex.toString());
      } else if (inside) {
        hex.append(line.replaceFirst("#.*", "").replace(" ", ""));
      }
    }
    return examples;
  }

  @Test
  void examples_areWhatIsWritten() throws IOException {
    SimulatedStorage storage = new SimulatedStorage();
    QueuedBackground background = new QueuedBackground();
    LeaseDatabase database =
        LeaseDatabase.open(
            storage,
            "test",
            new LeaseOptions(Duration.ofSeconds(30), () -> NOW),
            new Journal.Limits(1 << 20, 1, 1 << 20),
            background,
            () -> {});
    Attachment attachment = new Attachment("abc", "eth0");
    database.addBlock(IpPrefix.parse("10.244.1.0/24"));
    database.addBlock(IpPrefix.parse("fd00:244::/64"));
    database.reserve(AddressRange.parse("10.244.1.16/28"), "vips");
    database.sync();
    database.allocate(
        new LeaseRequest(
            attachment,
            "pods",
            Optional.of("ns"),
            Optional.of("web-0"),
            "b1",
            "{}",
            EnumSet.allOf(Family.class),
            List.of(),
            Stickiness.STICKY));
    database.sync();
    database.withdraw(attachment);
    database.sync();
    database.release(attachment);
    database.sync();
    String before = HexFormat.of().formatHex(storage.bytes(Journal.FILE));
    background.runAll();
    database.sync();
    String after = HexFormat.of().formatHex(storage.bytes(Journal.FILE));
    String history = HexFormat.of().formatHex(storage.bytes(HistoryFiles.FILE));
    assertThat(examples()).containsExactly(before, after, history);
  }
}
