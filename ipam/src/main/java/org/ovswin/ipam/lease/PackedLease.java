package org.ovswin.ipam.lease;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.Ipv6Address;

/**
 * A lease as the table keeps it: immutable, about 250 bytes, where the {@link Lease} of the same
 * content has twice that. Its own texts stay the bytes that they are in the journal.
 */
final class PackedLease {
  private final CommonTexts common;

  /** containerId, intent and, where it is known, podName; as in the journal. */
  private final byte[] own;

  private final IpAddress first;
  private final @Nullable Ipv6Address second;
  private final long seconds;
  private final int nanos;

  /** Of the attachment. */
  private final int hash;

  private final Lease.Phase phase;
  private final Stickiness stickiness;

  /**
   * @param own is kept, not copied
   * @throws IllegalArgumentException if {@code own} is not two or three texts
   */
  PackedLease(
      CommonTexts common,
      byte[] own,
      IpAddress first,
      @Nullable Ipv6Address second,
      long seconds,
      int nanos,
      Lease.Phase phase,
      Stickiness stickiness) {
    this.common = common;
    this.own = own;
    this.first = first;
    this.second = second;
    this.seconds = seconds;
    this.nanos = nanos;
    this.phase = phase;
    this.stickiness = stickiness;
    requireTexts(own);
    this.hash =
        hash(own, Integer.BYTES, Integer.BYTES + length(own, 0), common.ifName().hashCode());
  }

  /**
   * @throws IllegalArgumentException if a text is not Unicode
   */
  static PackedLease of(Lease lease, Stickiness stickiness, CommonTexts.Pool pool) {
    TextWriter own = new TextWriter().put(lease.attachment().containerId()).put(lease.intent());
    lease.podName().ifPresent(own::put);
    Instant since = lease.since();
    return new PackedLease(
        pool.get(
            CommonTexts.of(
                lease.attachment().ifName(),
                lease.network(),
                lease.bootId(),
                lease.podNamespace())),
        own.toBytes(),
        lease.addresses().getFirst(),
        lease.addresses().size() == 2 ? (Ipv6Address) lease.addresses().get(1) : null,
        since.getEpochSecond(),
        since.getNano(),
        lease.phase(),
        stickiness);
  }

  private static void requireTexts(byte[] own) {
    int at = 0;
    int texts = 0;
    while (at < own.length) {
      int length = own.length - at < Integer.BYTES ? -1 : length(own, at);
      if (length < 0 || length > own.length - at - Integer.BYTES) {
        throw new IllegalArgumentException("texts of a lease: cut short");
      }
      at += Integer.BYTES + length;
      texts++;
    }
    if (texts != 2 && texts != 3) {
      throw new IllegalArgumentException("texts of a lease: " + texts + " (expected: 2 or 3)");
    }
  }

  private static int length(byte[] texts, int at) {
    return (texts[at] & 0xff) << 24
        | (texts[at + 1] & 0xff) << 16
        | (texts[at + 2] & 0xff) << 8
        | (texts[at + 3] & 0xff);
  }

  private static int hash(byte[] containerId, int from, int to, int ifName) {
    int hash = ifName;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + containerId[i];
    }
    // The index takes the lower bits, and ids may differ in their first characters only.
    return hash ^ hash >>> 16;
  }

  /** The hash of the lease that this attachment would have. */
  static int hash(byte[] containerId, String ifName) {
    return hash(containerId, 0, containerId.length, ifName.hashCode());
  }

  int hash() {
    return hash;
  }

  boolean isOf(byte[] containerId, String ifName) {
    return Arrays.equals(
            own, Integer.BYTES, Integer.BYTES + length(own, 0), containerId, 0, containerId.length)
        && common.ifName().equals(ifName);
  }

  boolean isOfSameAttachment(PackedLease other) {
    int end = Integer.BYTES + length(own, 0);
    return hash == other.hash
        && Arrays.equals(
            own,
            0,
            end,
            other.own,
            0,
            Math.min(Integer.BYTES + length(other.own, 0), other.own.length))
        && common.ifName().equals(other.common.ifName());
  }

  CommonTexts common() {
    return common;
  }

  byte[] own() {
    return own;
  }

  IpAddress first() {
    return first;
  }

  Optional<Ipv6Address> second() {
    return Optional.ofNullable(second);
  }

  List<IpAddress> addresses() {
    return second == null ? List.of(first) : List.of(first, second);
  }

  long seconds() {
    return seconds;
  }

  int nanos() {
    return nanos;
  }

  Lease.Phase phase() {
    return phase;
  }

  Stickiness stickiness() {
    return stickiness;
  }

  PackedLease withdrawn() {
    return new PackedLease(
        common, own, first, second, seconds, nanos, Lease.Phase.WITHDRAWN, stickiness);
  }

  Attachment attachment() {
    return new Attachment(EntryCodec.readText(ByteBuffer.wrap(own)), common.ifName());
  }

  /** Whose address is remembered when this lease ends. */
  Optional<PodKey> stickyPod() {
    return stickiness == Stickiness.STICKY
        ? unpack().podName().flatMap(name -> common.podNamespace().map(ns -> new PodKey(ns, name)))
        : Optional.empty();
  }

  /** The lease with all of its texts. */
  Lease unpack() {
    ByteBuffer texts = ByteBuffer.wrap(own);
    String containerId = EntryCodec.readText(texts);
    String intent = EntryCodec.readText(texts);
    return new Lease(
        new Attachment(containerId, common.ifName()),
        addresses(),
        common.network(),
        common.podNamespace(),
        texts.hasRemaining() ? Optional.of(EntryCodec.readText(texts)) : Optional.empty(),
        common.bootId(),
        Instant.ofEpochSecond(seconds, nanos),
        phase,
        intent);
  }

  /** The addresses, for loops over both. */
  Stream<IpAddress> eachAddress() {
    return second == null ? Stream.of(first) : Stream.of(first, second);
  }

  @Override
  public String toString() {
    return unpack().toString();
  }
}
