package org.ovswin.ipam.lease;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;

/**
 * The payload of a journal frame, version 2: a type byte and its body. All numbers are big-endian.
 *
 * <pre>
 * type  body
 *   1   block added    address length(1)
 *   2   block removed  address length(1)
 *   3   reserved       address address time reason
 *   4   unreserved     address address
 *   5   given          phase(1) flags(1) count(1) time address... n(4) common(n) own
 *   6   placed         as given
 *   7   withdrawn      address
 *   8   released       address time
 *   9   cooling        address time
 *  10   remembered     address podNamespace podName
 *  11   last given     address
 *
 * address  length(1) bytes(length)     length is 4 or 16
 * time     seconds(8) nanos(4)         since 1970-01-01T00:00:00Z
 * text     length(4) UTF-8(length)
 * phase    0 held, 1 withdrawn
 * flags    bit 0: sticky
 * count    1, or 2: an IPv4 and then an IPv6 address
 * common   ifName network bootId [podNamespace]        texts
 * own      containerId intent [podName]                texts to the end of the payload
 * </pre>
 *
 * <p>Type 0, the mark, belongs to the frames and is known to {@link Journal} only. Not thread-safe.
 */
final class EntryCodec {
  /** No payload is longer; the largest lease is below half of it. */
  static final int MAX_PAYLOAD_BYTES = 1 << 20;

  private static final byte BLOCK_ADDED = 1;
  private static final byte BLOCK_REMOVED = 2;
  private static final byte RESERVED = 3;
  private static final byte UNRESERVED = 4;
  private static final byte GIVEN = 5;
  private static final byte PLACED = 6;
  private static final byte WITHDRAWN = 7;
  private static final byte RELEASED = 8;
  private static final byte COOLING = 9;
  private static final byte REMEMBERED = 10;
  private static final byte LAST_GIVEN = 11;

  private static final int STICKY = 1;

  private final CommonTexts.Pool common;

  /**
   * @param common where the decoded leases get what they share
   */
  EntryCodec(CommonTexts.Pool common) {
    this.common = common;
  }

  /**
   * The payload of an entry.
   *
   * @throws IllegalArgumentException if a text is not Unicode (half of a surrogate pair)
   */
  static byte[] encode(Entry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      switch (entry) {
        case Entry.BlockAdded(IpPrefix block) -> {
          out.writeByte(BLOCK_ADDED);
          writePrefix(out, block);
        }
        case Entry.BlockRemoved(IpPrefix block) -> {
          out.writeByte(BLOCK_REMOVED);
          writePrefix(out, block);
        }
        case Entry.Reserved(Reservation reservation) -> {
          out.writeByte(RESERVED);
          writeRange(out, reservation.range());
          writeTime(out, reservation.since());
          writeText(out, reservation.reason());
        }
        case Entry.Unreserved(AddressRange range) -> {
          out.writeByte(UNRESERVED);
          writeRange(out, range);
        }
        case Entry.Given(PackedLease lease) -> {
          out.writeByte(GIVEN);
          writeLease(out, lease);
        }
        case Entry.Placed(PackedLease lease) -> {
          out.writeByte(PLACED);
          writeLease(out, lease);
        }
        case Entry.Withdrawn(IpAddress address) -> {
          out.writeByte(WITHDRAWN);
          writeAddress(out, address);
        }
        case Entry.Released(IpAddress address, Instant at) -> {
          out.writeByte(RELEASED);
          writeAddress(out, address);
          writeTime(out, at);
        }
        case Entry.Cooling(IpAddress address, Instant since) -> {
          out.writeByte(COOLING);
          writeAddress(out, address);
          writeTime(out, since);
        }
        case Entry.Remembered(IpAddress address, PodKey pod) -> {
          out.writeByte(REMEMBERED);
          writeAddress(out, address);
          writeText(out, pod.namespace());
          writeText(out, pod.name());
        }
        case Entry.LastGiven(IpAddress address) -> {
          out.writeByte(LAST_GIVEN);
          writeAddress(out, address);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static void writeLease(DataOutputStream out, PackedLease lease) throws IOException {
    out.writeByte(
        switch (lease.phase()) {
          case HELD -> 0;
          case WITHDRAWN -> 1;
        });
    out.writeByte(
        switch (lease.stickiness()) {
          case NONE -> 0;
          case STICKY -> STICKY;
        });
    out.writeByte(lease.second().isPresent() ? 2 : 1);
    out.writeLong(lease.seconds());
    out.writeInt(lease.nanos());
    for (IpAddress address : lease.addresses()) {
      writeAddress(out, address);
    }
    out.writeInt(lease.common().bytes().length);
    out.write(lease.common().bytes());
    out.write(lease.own());
  }

  static void writeAddress(DataOutputStream out, IpAddress address) throws IOException {
    byte[] bytes = address.bytes();
    out.writeByte(bytes.length);
    out.write(bytes);
  }

  private static void writePrefix(DataOutputStream out, IpPrefix prefix) throws IOException {
    writeAddress(out, prefix.network());
    out.writeByte(prefix.length());
  }

  private static void writeRange(DataOutputStream out, AddressRange range) throws IOException {
    writeAddress(out, range.first());
    writeAddress(out, range.last());
  }

  static void writeTime(DataOutputStream out, Instant time) throws IOException {
    out.writeLong(time.getEpochSecond());
    out.writeInt(time.getNano());
  }

  static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = TextWriter.utf8(text);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  /**
   * The entry in a payload, which is consumed to its end.
   *
   * @param payload with an array
   * @throws IllegalArgumentException if the payload is none, with the reason
   */
  Entry decode(ByteBuffer payload) {
    try {
      byte type = payload.get();
      Entry entry =
          switch (type) {
            case BLOCK_ADDED -> new Entry.BlockAdded(readPrefix(payload));
            case BLOCK_REMOVED -> new Entry.BlockRemoved(readPrefix(payload));
            case RESERVED -> {
              AddressRange range = readRange(payload);
              Instant since = readTime(payload);
              yield new Entry.Reserved(new Reservation(range, readText(payload), since));
            }
            case UNRESERVED -> new Entry.Unreserved(readRange(payload));
            case GIVEN -> new Entry.Given(readLease(payload));
            case PLACED -> new Entry.Placed(readLease(payload));
            case WITHDRAWN -> new Entry.Withdrawn(readAddress(payload));
            case RELEASED -> new Entry.Released(readAddress(payload), readTime(payload));
            case COOLING -> new Entry.Cooling(readAddress(payload), readTime(payload));
            case REMEMBERED ->
                new Entry.Remembered(
                    readAddress(payload), new PodKey(readText(payload), readText(payload)));
            case LAST_GIVEN -> new Entry.LastGiven(readAddress(payload));
            default -> throw new IllegalArgumentException("type: " + type + " (expected: 1 to 11)");
          };
      if (payload.hasRemaining()) {
        throw new IllegalArgumentException(
            "payload: " + payload.remaining() + " more bytes (expected: its end)");
      }
      return entry;
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("payload: ends early", e);
    }
  }

  private PackedLease readLease(ByteBuffer payload) {
    byte phase = payload.get();
    byte flags = payload.get();
    byte count = payload.get();
    long seconds = payload.getLong();
    int nanos = payload.getInt();
    requireTime(seconds, nanos);
    if (count != 1 && count != 2) {
      throw new IllegalArgumentException("addresses: " + count + " (expected: 1 or 2)");
    }
    IpAddress first = readAddress(payload);
    @Nullable Ipv6Address second = null;
    if (count == 2) {
      if (!(first instanceof Ipv4Address) || !(readAddress(payload) instanceof Ipv6Address v6)) {
        throw new IllegalArgumentException("addresses: two (expected: IPv4 and then IPv6)");
      }
      second = v6;
    }
    int length = payload.getInt();
    if (length < 0 || length > payload.remaining()) {
      throw new IllegalArgumentException("common texts: " + length + " bytes");
    }
    byte[] array = payload.array();
    int start = payload.arrayOffset() + payload.position();
    int end = payload.arrayOffset() + payload.limit();
    PackedLease lease =
        new PackedLease(
            common.get(array, start, length),
            Arrays.copyOfRange(array, start + length, end),
            first,
            second,
            seconds,
            nanos,
            switch (phase) {
              case 0 -> Lease.Phase.HELD;
              case 1 -> Lease.Phase.WITHDRAWN;
              default -> throw new IllegalArgumentException("phase: " + phase);
            },
            switch (flags) {
              case 0 -> Stickiness.NONE;
              case STICKY -> Stickiness.STICKY;
              default -> throw new IllegalArgumentException("flags: " + flags);
            });
    payload.position(payload.limit());
    return lease;
  }

  static Instant readTime(ByteBuffer payload) {
    long seconds = payload.getLong();
    int nanos = payload.getInt();
    requireTime(seconds, nanos);
    return Instant.ofEpochSecond(seconds, nanos);
  }

  private static void requireTime(long seconds, int nanos) {
    if (seconds < Instant.MIN.getEpochSecond()
        || seconds > Instant.MAX.getEpochSecond()
        || nanos < 0
        || nanos > 999_999_999) {
      throw new IllegalArgumentException("time: " + seconds + " s " + nanos + " ns");
    }
  }

  static String readText(ByteBuffer payload) {
    int length = payload.getInt();
    if (length < 0 || length > payload.remaining()) {
      throw new IllegalArgumentException(
          "text: " + length + " bytes (expected: at most " + payload.remaining() + ")");
    }
    byte[] utf8 = new byte[length];
    payload.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  static IpAddress readAddress(ByteBuffer payload) {
    byte length = payload.get();
    return switch (length) {
      case Ipv4Address.BYTES -> new Ipv4Address(payload.getInt());
      case Ipv6Address.BYTES -> new Ipv6Address(payload.getLong(), payload.getLong());
      default ->
          throw new IllegalArgumentException("address: " + length + " bytes (expected: 4 or 16)");
    };
  }

  private static IpPrefix readPrefix(ByteBuffer payload) {
    IpAddress network = readAddress(payload);
    return new IpPrefix(network, payload.get() & 0xff);
  }

  private static AddressRange readRange(ByteBuffer payload) {
    return new AddressRange(readAddress(payload), readAddress(payload));
  }
}
