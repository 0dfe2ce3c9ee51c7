package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Reads what can be read of a damaged journal. Unlike {@link JournalReader} it goes on behind
 * damage, at the next frame whose checksum is right, and where entries contradict each other the
 * later one counts. Not thread-safe.
 */
final class Salvage {
  /** No frame of a lease is shorter. */
  static final int LEAST_LEASE_BYTES = 57;

  /** Bytes that are no frame. */
  record Gap(long offset, long bytes, Finding.Damaged.Part part) {}

  /** An entry that could not be applied as it stands. */
  record Conflict(long offset, String reason) {}

  private final Collection<IpPrefix> blocks;
  private final EndedLeases ended = new EndedLeases();
  private final LeaseTable table = new LeaseTable(ended::add);
  private final List<Gap> gaps = new ArrayList<>();
  private final List<Conflict> conflicts = new ArrayList<>();
  private final TreeSet<IpAddress> affected = new TreeSet<>();
  private final Suspects suspects = new Suspects();
  private long framesBehind;
  private long generation;

  private Salvage(Collection<IpPrefix> blocks) {
    this.blocks = blocks;
  }

  /**
   * @param blocks that are added where a lease needs one and the journal has lost it
   * @throws JournalException if the header cannot be read
   */
  static Salvage of(
      JournalStorage.JournalFile file, String path, Collection<IpPrefix> blocks, Instant now)
      throws IOException {
    Salvage salvage = new Salvage(blocks);
    salvage.read(file, path, now);
    return salvage;
  }

  private void read(JournalStorage.JournalFile file, String path, Instant now) throws IOException {
    FrameReader frames = new FrameReader(file);
    FileHeader header = FileHeader.read(FileHeader.Kind.JOURNAL, frames, path);
    generation = header.number();
    EntryReader entries = EntryReader.of(header, table.common(), now);
    header.block().ifPresent(block -> apply(0, new Entry.BlockAdded(block)));
    boolean inSnapshot = true;
    long tail = frames.position();
    while (true) {
      long gap = frames.position();
      if (!frames.seekFrame()) {
        tail = gap;
        break;
      }
      if (frames.position() > gap) {
        gaps.add(
            new Gap(
                gap,
                frames.position() - gap,
                inSnapshot ? Finding.Damaged.Part.SNAPSHOT : Finding.Damaged.Part.ENTRIES));
        if (!inSnapshot) {
          suspects.lost(table, frames.position() - gap);
        }
      }
      long at = frames.position();
      ByteBuffer payload = frames.next();
      framesBehind += gaps.isEmpty() ? 0 : 1;
      if (FrameReader.isMark(payload)) {
        inSnapshot = false;
        continue;
      }
      try {
        entries.read(payload, entry -> apply(at, entry));
      } catch (IllegalArgumentException e) {
        conflicts.add(new Conflict(at, String.valueOf(e.getMessage())));
      }
    }
    if (inSnapshot) {
      gaps.add(new Gap(tail, Math.max(0, file.size() - tail), Finding.Damaged.Part.SNAPSHOT));
    }
  }

  private void apply(long at, Entry entry) {
    if (entry instanceof Entry.Given(PackedLease lease)) {
      lease.addresses().forEach(address -> suspects.given(table, address));
    }
    try {
      table.apply(entry);
    } catch (IllegalArgumentException e) {
      if (gaps.isEmpty()) {
        conflicts.add(new Conflict(at, String.valueOf(e.getMessage())));
      }
      applyAnyhow(entry);
    }
  }

  private void applyAnyhow(Entry entry) {
    switch (entry) {
      case Entry.Given(PackedLease lease) -> giveAnyhow(entry, lease);
      case Entry.Placed(PackedLease lease) -> giveAnyhow(entry, lease);
      // Its giving is among what is lost.
      case Entry.Withdrawn(IpAddress address) -> {
        affected.add(address);
        suspects.withdrawn(address);
      }
      case Entry.Released(IpAddress address, Instant _) -> {
        affected.add(address);
        suspects.released(address);
      }
      case Entry.BlockAdded _,
          Entry.BlockRemoved _,
          Entry.Reserved _,
          Entry.Unreserved _,
          Entry.Cooling _,
          Entry.Remembered _,
          Entry.LastGiven _ -> {}
    }
  }

  /** The later lease counts: what ended the earlier one is among what is lost. */
  private void giveAnyhow(Entry entry, PackedLease lease) {
    Instant since = Instant.ofEpochSecond(lease.seconds(), lease.nanos());
    PackedLease same = table.lease(lease.attachment());
    if (same != null) {
      affected.addAll(same.addresses());
      table.apply(new Entry.Released(same.first(), since));
    }
    for (IpAddress address : lease.addresses()) {
      PackedLease other = table.lease(address);
      if (other != null) {
        affected.addAll(other.addresses());
        table.apply(new Entry.Released(address, since));
      }
      if (table.pool(address) == null) {
        blocks.stream()
            .filter(block -> block.contains(address) && table.overlapping(block).isEmpty())
            .findFirst()
            .ifPresent(block -> table.apply(new Entry.BlockAdded(block)));
      }
    }
    try {
      table.apply(entry);
    } catch (IllegalArgumentException e) {
      affected.addAll(lease.addresses());
    }
  }

  LeaseTable table() {
    return table;
  }

  EndedLeases ended() {
    return ended;
  }

  List<Gap> gaps() {
    return List.copyOf(gaps);
  }

  List<Conflict> conflicts() {
    return List.copyOf(conflicts);
  }

  /** Addresses of which is known that something about them is lost. */
  List<IpAddress> affected() {
    return List.copyOf(affected);
  }

  /** Addresses that look free and were likely given in what is lost. */
  List<AddressRange> suspects() {
    return suspects.ranges(table);
  }

  long framesBehind() {
    return framesBehind;
  }

  long generation() {
    return generation;
  }
}
