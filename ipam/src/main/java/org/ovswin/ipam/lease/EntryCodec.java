package org.ovswin.ipam.lease;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ovswin.ipam.address.Ipv4Address;

/**
 * The payload of a journal frame: a type byte and its body. All numbers are big-endian.
 *
 * <pre>
 * type  body
 *   1   given      phase(1) flags(1) address seconds(8) nanos(4)
 *                  containerId ifName network bootId [podNamespace] [podName] intent
 *   2   withdrawn  address
 *   3   released   address
 *   4   last given address
 *   5   reserved   count(4) address...
 *
 * address  length(1) bytes(length)     length is 4; 16 is kept for IPv6
 * text     length(4) UTF-8(length)
 * phase    0 held, 1 withdrawn
 * flags    bit 0: podNamespace is there, bit 1: podName is there
 * </pre>
 *
 * <p>Type 0, the mark, belongs to the frames and is known to {@link Journal} only.
 *
 * <p>One codec reads one journal: it keeps the texts that repeat (boot id, network, interface) so
 * that 65,000 leases do not hold 65,000 copies of each. Not thread-safe.
 */
final class EntryCodec {
  /** No payload is longer; the largest lease is below half of it. */
  static final int MAX_PAYLOAD_BYTES = 1 << 20;

  private static final byte GIVEN = 1;
  private static final byte WITHDRAWN = 2;
  private static final byte RELEASED = 3;
  private static final byte LAST_GIVEN = 4;
  private static final byte RESERVED = 5;

  private static final int HAS_POD_NAMESPACE = 1;
  private static final int HAS_POD_NAME = 2;

  /** More different texts than this are not repeating ones; the map must not grow with them. */
  private static final int MAX_SHARED_TEXTS = 4096;

  private final Map<String, String> sharedTexts = new HashMap<>();

  /**
   * The payload of an entry.
   *
   * @throws IllegalArgumentException if a text is not Unicode (half of a surrogate pair)
   */
  static byte[] encode(Entry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      switch (entry) {
        case Entry.Given(Lease lease) -> {
          out.writeByte(GIVEN);
          writeLease(out, lease);
        }
        case Entry.Withdrawn(Ipv4Address address) -> {
          out.writeByte(WITHDRAWN);
          writeAddress(out, address);
        }
        case Entry.Released(Ipv4Address address) -> {
          out.writeByte(RELEASED);
          writeAddress(out, address);
        }
        case Entry.LastGiven(Ipv4Address address) -> {
          out.writeByte(LAST_GIVEN);
          writeAddress(out, address);
        }
        case Entry.Reserved(List<Ipv4Address> addresses) -> {
          out.writeByte(RESERVED);
          out.writeInt(addresses.size());
          for (Ipv4Address address : addresses) {
            writeAddress(out, address);
          }
        }
      }
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("text: half of a surrogate pair (expected: Unicode)", e);
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static void writeLease(DataOutputStream out, Lease lease) throws IOException {
    out.writeByte(
        switch (lease.phase()) {
          case HELD -> 0;
          case WITHDRAWN -> 1;
        });
    out.writeByte(
        (lease.podNamespace().isPresent() ? HAS_POD_NAMESPACE : 0)
            | (lease.podName().isPresent() ? HAS_POD_NAME : 0));
    writeAddress(out, lease.address());
    Instant since = lease.since();
    out.writeLong(since.getEpochSecond());
    out.writeInt(since.getNano());
    writeText(out, lease.attachment().containerId());
    writeText(out, lease.attachment().ifName());
    writeText(out, lease.network());
    writeText(out, lease.bootId());
    if (lease.podNamespace().isPresent()) {
      writeText(out, lease.podNamespace().get());
    }
    if (lease.podName().isPresent()) {
      writeText(out, lease.podName().get());
    }
    writeText(out, lease.intent());
  }

  private static void writeAddress(DataOutputStream out, Ipv4Address address) throws IOException {
    out.writeByte(Ipv4Address.BYTES);
    out.writeInt(address.value());
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    // An encoder, not getBytes: that one writes '?' for half of a surrogate pair, and the
    // attachment read back after a restart would be another one.
    ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    out.writeInt(utf8.remaining());
    out.write(utf8.array(), utf8.arrayOffset(), utf8.remaining());
  }

  /**
   * The entry in a payload, which is consumed to its end.
   *
   * @throws IllegalArgumentException if the payload is none, with the reason
   */
  Entry decode(ByteBuffer payload) {
    try {
      byte type = payload.get();
      Entry entry =
          switch (type) {
            case GIVEN -> new Entry.Given(readLease(payload));
            case WITHDRAWN -> new Entry.Withdrawn(readAddress(payload));
            case RELEASED -> new Entry.Released(readAddress(payload));
            case LAST_GIVEN -> new Entry.LastGiven(readAddress(payload));
            case RESERVED -> readReserved(payload);
            default -> throw new IllegalArgumentException("type: " + type + " (expected: 1 to 5)");
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

  private Entry readReserved(ByteBuffer payload) {
    int count = payload.getInt();
    if (count < 0 || count > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("reserved: " + count + " addresses");
    }
    List<Ipv4Address> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addresses.add(readAddress(payload));
    }
    return new Entry.Reserved(addresses);
  }

  private Lease readLease(ByteBuffer payload) {
    byte phase = payload.get();
    byte flags = payload.get();
    Ipv4Address address = readAddress(payload);
    long seconds = payload.getLong();
    int nanos = payload.getInt();
    String containerId = readText(payload);
    String ifName = shared(readText(payload));
    String network = shared(readText(payload));
    String bootId = shared(readText(payload));
    Optional<String> podNamespace =
        readOptional(payload, flags & HAS_POD_NAMESPACE).map(this::shared);
    Optional<String> podName = readOptional(payload, flags & HAS_POD_NAME);
    return new Lease(
        new Attachment(containerId, ifName),
        address,
        network,
        podNamespace,
        podName,
        bootId,
        instant(seconds, nanos),
        switch (phase) {
          case 0 -> Lease.Phase.HELD;
          case 1 -> Lease.Phase.WITHDRAWN;
          default -> throw new IllegalArgumentException("phase: " + phase + " (expected: 0 or 1)");
        },
        readText(payload));
  }

  private static Instant instant(long seconds, int nanos) {
    if (seconds < Instant.MIN.getEpochSecond()
        || seconds > Instant.MAX.getEpochSecond()
        || nanos < 0
        || nanos > 999_999_999) {
      throw new IllegalArgumentException("since: " + seconds + " s " + nanos + " ns");
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  private static Optional<String> readOptional(ByteBuffer payload, int flag) {
    return flag == 0 ? Optional.empty() : Optional.of(readText(payload));
  }

  private static String readText(ByteBuffer payload) {
    int length = payload.getInt();
    if (length < 0 || length > payload.remaining()) {
      throw new IllegalArgumentException(
          "text: " + length + " bytes (expected: at most " + payload.remaining() + ")");
    }
    byte[] utf8 = new byte[length];
    payload.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static Ipv4Address readAddress(ByteBuffer payload) {
    byte length = payload.get();
    if (length != Ipv4Address.BYTES) {
      throw new IllegalArgumentException("address: " + length + " bytes (expected: 4)");
    }
    return new Ipv4Address(payload.getInt());
  }

  private String shared(String text) {
    String known = sharedTexts.get(text);
    if (known != null) {
      return known;
    }
    if (sharedTexts.size() < MAX_SHARED_TEXTS) {
      sharedTexts.put(text, text);
    }
    return text;
  }
}
