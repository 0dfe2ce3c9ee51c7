package org.ovswin.ipam.lease;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The texts that many leases share: interface, network, boot and namespace. 65,000 leases hold one
 * such object per namespace, not 65,000 copies.
 */
final class CommonTexts {
  private final String ifName;
  private final String network;
  private final String bootId;
  private final Optional<String> podNamespace;

  /** As in the journal, see {@link EntryCodec}. */
  private final byte[] bytes;

  private CommonTexts(
      String ifName, String network, String bootId, Optional<String> podNamespace, byte[] bytes) {
    this.ifName = ifName;
    this.network = network;
    this.bootId = bootId;
    this.podNamespace = podNamespace;
    this.bytes = bytes;
  }

  String ifName() {
    return ifName;
  }

  String network() {
    return network;
  }

  String bootId() {
    return bootId;
  }

  Optional<String> podNamespace() {
    return podNamespace;
  }

  /** Not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  static CommonTexts of(
      String ifName, String network, String bootId, Optional<String> podNamespace) {
    TextWriter texts = new TextWriter().put(ifName).put(network).put(bootId);
    podNamespace.ifPresent(texts::put);
    return new CommonTexts(ifName, network, bootId, podNamespace, texts.toBytes());
  }

  /**
   * @throws IllegalArgumentException if the bytes are not three or four texts
   */
  private static CommonTexts decode(byte[] bytes) {
    ByteBuffer texts = ByteBuffer.wrap(bytes);
    String ifName = EntryCodec.readText(texts);
    String network = EntryCodec.readText(texts);
    String bootId = EntryCodec.readText(texts);
    Optional<String> podNamespace =
        texts.hasRemaining() ? Optional.of(EntryCodec.readText(texts)) : Optional.empty();
    if (texts.hasRemaining()) {
      throw new IllegalArgumentException("common texts: more than four");
    }
    return new CommonTexts(ifName, network, bootId, podNamespace, bytes);
  }

  /** Gives the same object for the same bytes. Not thread-safe. */
  static final class Pool {
    /** More different ones than this are not repeating; the map must not grow with them. */
    private static final int MAX_SIZE = 4096;

    private final Map<ByteBuffer, CommonTexts> known = new HashMap<>();
    private CommonTexts last = of("-", "-", "-", Optional.empty());

    /** The texts in these bytes. */
    CommonTexts get(byte[] array, int from, int length) {
      byte[] recent = last.bytes();
      if (Arrays.equals(array, from, from + length, recent, 0, recent.length)) {
        return last;
      }
      CommonTexts common = known.get(ByteBuffer.wrap(array, from, length));
      if (common == null) {
        common = decode(Arrays.copyOfRange(array, from, from + length));
        if (known.size() < MAX_SIZE) {
          known.put(ByteBuffer.wrap(common.bytes()), common);
        }
      }
      last = common;
      return common;
    }

    /** The one that is kept for the same texts. */
    CommonTexts get(CommonTexts common) {
      return get(common.bytes(), 0, common.bytes().length);
    }
  }
}
