package org.ovswin.ipam.lease;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpAddress;

/**
 * Who had an address, from when until when.
 *
 * @param until when it was free again, teardown included; empty while it is held
 */
public record Tenure(
    IpAddress address,
    Attachment attachment,
    String network,
    Optional<String> podNamespace,
    Optional<String> podName,
    Instant from,
    Optional<Instant> until) {

  private static final int HAS_POD_NAMESPACE = 1;
  private static final int HAS_POD_NAME = 2;

  /** Whether the address was held at this time: from the first moment to before the last one. */
  public boolean covers(Instant time) {
    return !time.isBefore(from) && until.map(time::isBefore).orElse(true);
  }

  static Tenure of(IpAddress address, PackedLease packed, Optional<Instant> until) {
    Lease lease = packed.unpack();
    return new Tenure(
        address,
        lease.attachment(),
        lease.network(),
        lease.podNamespace(),
        lease.podName(),
        lease.since(),
        until);
  }

  /**
   * An ended lease as the history keeps it: flags(1) count(1) from until address... containerId
   * ifName network [podNamespace] [podName], with times, addresses and texts as in {@link
   * EntryCodec}; of the flags bit 0 says that podNamespace is there and bit 1 that podName is.
   */
  static byte[] encode(PackedLease packed, Instant until) {
    Lease lease = packed.unpack();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(192);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(
          (lease.podNamespace().isPresent() ? HAS_POD_NAMESPACE : 0)
              | (lease.podName().isPresent() ? HAS_POD_NAME : 0));
      out.writeByte(lease.addresses().size());
      EntryCodec.writeTime(out, lease.since());
      EntryCodec.writeTime(out, until);
      for (IpAddress address : lease.addresses()) {
        EntryCodec.writeAddress(out, address);
      }
      EntryCodec.writeText(out, lease.attachment().containerId());
      EntryCodec.writeText(out, lease.attachment().ifName());
      EntryCodec.writeText(out, lease.network());
      if (lease.podNamespace().isPresent()) {
        EntryCodec.writeText(out, lease.podNamespace().get());
      }
      if (lease.podName().isPresent()) {
        EntryCodec.writeText(out, lease.podName().get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The tenures in a record, one for each address.
   *
   * @throws IllegalArgumentException if the bytes are none
   */
  static List<Tenure> decode(ByteBuffer record) {
    try {
      byte flags = record.get();
      byte count = record.get();
      Instant from = EntryCodec.readTime(record);
      Instant until = EntryCodec.readTime(record);
      List<IpAddress> addresses = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        addresses.add(EntryCodec.readAddress(record));
      }
      Attachment attachment =
          new Attachment(EntryCodec.readText(record), EntryCodec.readText(record));
      String network = EntryCodec.readText(record);
      Optional<String> podNamespace =
          (flags & HAS_POD_NAMESPACE) == 0
              ? Optional.empty()
              : Optional.of(EntryCodec.readText(record));
      Optional<String> podName =
          (flags & HAS_POD_NAME) == 0 ? Optional.empty() : Optional.of(EntryCodec.readText(record));
      return addresses.stream()
          .map(
              address ->
                  new Tenure(
                      address,
                      attachment,
                      network,
                      podNamespace,
                      podName,
                      from,
                      Optional.of(until)))
          .toList();
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("record of the history: ends early", e);
    }
  }
}
