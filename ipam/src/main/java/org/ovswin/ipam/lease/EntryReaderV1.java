package org.ovswin.ipam.lease;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * The payloads of a journal of version 1, which held one IPv4 block named in its header.
 *
 * <pre>
 * type  body
 *   1   given      phase(1) flags(1) address seconds(8) nanos(4)
 *                  containerId ifName network bootId [podNamespace] [podName] intent
 *   2   withdrawn  address
 *   3   released   address
 *   4   last given address
 *   5   reserved   count(4) address...          replaces the earlier ones
 * </pre>
 *
 * <p>flags: bit 0 podNamespace is there, bit 1 podName is there. What version 1 called reserved
 * were the addresses that no pod may have (network, gateway, broadcast), which a block has by
 * itself now; any other becomes a reservation.
 */
final class EntryReaderV1 implements EntryReader {
  private static final byte GIVEN = 1;
  private static final byte WITHDRAWN = 2;
  private static final byte RELEASED = 3;
  private static final byte LAST_GIVEN = 4;
  private static final byte RESERVED = 5;

  private static final int HAS_POD_NAMESPACE = 1;
  private static final int HAS_POD_NAME = 2;

  private final CommonTexts.Pool common;
  private final Instant now;
  private final BlockPool block;

  /** What the last entry of that type named. */
  private List<AddressRange> reserved = List.of();

  EntryReaderV1(CommonTexts.Pool common, Instant now, IpPrefix block) {
    this.common = common;
    this.now = now;
    this.block = new BlockPool(block, List.of());
  }

  @Override
  public void read(ByteBuffer payload, Consumer<Entry> sink) {
    try {
      byte type = payload.get();
      switch (type) {
        case GIVEN -> sink.accept(new Entry.Given(lease(payload)));
        case WITHDRAWN -> sink.accept(new Entry.Withdrawn(EntryCodec.readAddress(payload)));
        case RELEASED -> sink.accept(new Entry.Released(EntryCodec.readAddress(payload), now));
        case LAST_GIVEN -> sink.accept(new Entry.LastGiven(EntryCodec.readAddress(payload)));
        case RESERVED -> reserve(payload, sink);
        default -> throw new IllegalArgumentException("type: " + type + " (expected: 1 to 5)");
      }
      if (payload.hasRemaining()) {
        throw new IllegalArgumentException(
            "payload: " + payload.remaining() + " more bytes (expected: its end)");
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("payload: ends early", e);
    }
  }

  private void reserve(ByteBuffer payload, Consumer<Entry> sink) {
    int count = payload.getInt();
    List<AddressRange> wanted = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      IpAddress address = EntryCodec.readAddress(payload);
      long offset =
          block
              .offset(address)
              .orElseThrow(() -> new IllegalArgumentException(address + ": is not in the block"));
      if (block.role(offset).isEmpty()) {
        wanted.add(AddressRange.of(address));
      }
    }
    reserved.stream()
        .filter(range -> !wanted.contains(range))
        .forEach(range -> sink.accept(new Entry.Unreserved(range)));
    wanted.forEach(
        range -> sink.accept(new Entry.Reserved(new Reservation(range, "configured", now))));
    reserved = wanted;
  }

  private PackedLease lease(ByteBuffer payload) {
    Lease.Phase phase =
        switch (payload.get()) {
          case 0 -> Lease.Phase.HELD;
          case 1 -> Lease.Phase.WITHDRAWN;
          default -> throw new IllegalArgumentException("phase (expected: 0 or 1)");
        };
    byte flags = payload.get();
    IpAddress address = EntryCodec.readAddress(payload);
    Instant since = EntryCodec.readTime(payload);
    Attachment attachment =
        new Attachment(EntryCodec.readText(payload), EntryCodec.readText(payload));
    String network = EntryCodec.readText(payload);
    String bootId = EntryCodec.readText(payload);
    Optional<String> podNamespace = optional(payload, flags & HAS_POD_NAMESPACE);
    Optional<String> podName = optional(payload, flags & HAS_POD_NAME);
    String intent = EntryCodec.readText(payload);
    return PackedLease.of(
        new Lease(
            attachment,
            List.of(address),
            network,
            podNamespace,
            podName,
            bootId,
            since,
            phase,
            intent),
        Stickiness.NONE,
        common);
  }

  private static Optional<String> optional(ByteBuffer payload, int flag) {
    return flag == 0 ? Optional.empty() : Optional.of(EntryCodec.readText(payload));
  }
}
